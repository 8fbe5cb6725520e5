/** Proves that nothing but the shell needs Electron: loaded first, it makes every import of it throw. */
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "electron" || specifier.startsWith("electron/")) {
      throw new Error(`${context.parentURL} imports ${specifier} outside the shell`);
    }
    return next(specifier, context);
  },
});
