/** Runs a TypeScript file of the project, or says which Node is needed. Plain JavaScript: every Node can read it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const [file = "", ...rest] = process.argv.slice(2);
const command = process.env.npm_lifecycle_event ?? "start";

/** `npm run …` puts the project's own Node first on the path, once `npm ci` has brought it. */
function whyNot() {
  if (!existsSync(resolve(root, "node_modules", ".bin"))) {
    return `Nothing is installed in ${root} yet. Run: npm ci`;
  }
  // TypeScript runs as it is from 22.18 on.
  if (process.features.typescript) return undefined;
  const call = command === "start" || command === "test" ? `npm ${command}` : `npm run ${command}`;
  return `This is Node ${process.versions.node}, and 22.18 or newer is needed. \`npm ci\` installs one in this folder, and \`${call}\` uses it.`;
}

const reason = whyNot();
if (reason === undefined) {
  process.argv = [process.execPath, resolve(root, file), ...rest];
  await import(pathToFileURL(resolve(root, file)).href);
} else {
  console.error(reason);
  process.exitCode = 1;
}
