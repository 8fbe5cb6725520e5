/** Runs the real, built preload in a page that has no Electron: only what it asks of Electron is stood in for. */
import { readFileSync } from "node:fs";

/** Name of the binding by which a page reaches the double's IPC. */
export const IPC_BINDING = "__double_ipc";
/** Name of the function by which the double delivers a message to the page. */
export const IPC_DELIVER = "__double_deliver";

/**
 * The script to run before any of the page's own. Electron runs a preload in the main frame only and in a world of
 * its own; there is one world here, so what keeps the page from the preload's insides is not shown by this double.
 */
export function preloadScript(path: string, platform: NodeJS.Platform): string {
  const code = readFileSync(path, "utf8");
  return `(() => {
  if (window !== window.top) return;
  const listeners = new Map();
  const ipcRenderer = {
    invoke: (channel, ...args) => window[${JSON.stringify(IPC_BINDING)}](channel, args),
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  };
  const contextBridge = {
    exposeInMainWorld(key, value) {
      Object.defineProperty(window, key, { value, enumerable: true });
    },
  };
  Object.defineProperty(window, ${JSON.stringify(IPC_DELIVER)}, {
    value: (channel, args) => { for (const listener of listeners.get(channel) ?? []) listener({}, ...args); },
  });
  const electron = { contextBridge, ipcRenderer };
  const require = (name) => {
    if (name !== "electron") throw new Error("a sandboxed preload can require electron only, not " + name);
    return electron;
  };
  const module = { exports: {} };
  ((require, module, exports, process) => {
${code}
  })(require, module, module.exports, { platform: ${JSON.stringify(platform)} });
})();`;
}
