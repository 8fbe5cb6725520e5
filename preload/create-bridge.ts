/** The bridge between the page and the app's main process: named methods over named channels, and nothing else. */
import type { IpcRenderer } from "electron";
import { HOST_NOTICES, HOST_REQUESTS, type HostBridge, type HostCommand } from "../shared/protocol/host-bridge.ts";

/** What of Electron the bridge needs. */
export type BridgeIpc = Pick<IpcRenderer, "invoke"> & {
  on: (channel: string, listener: (event: unknown, ...args: unknown[]) => void) => unknown;
};

/**
 * The frozen object that the page sees. The main process is told once, when the page listens for links, that it is
 * ready. Answers are typed by what the main process promises; it is the page's superior, not a stranger.
 */
export function createBridge(ipc: BridgeIpc, platform: string): HostBridge {
  const paths = new Set<(path: string) => void>();
  const commands = new Set<(command: HostCommand) => void>();
  ipc.on(HOST_NOTICES.navigate, (_event, path) => {
    for (const listener of paths) listener(String(path));
  });
  ipc.on(HOST_NOTICES.command, (_event, command) => {
    for (const listener of commands) listener(command as HostCommand);
  });
  let ready = false;
  return Object.freeze<HostBridge>({
    connection: () => ipc.invoke(HOST_REQUESTS.connection),
    chooseFolder: () => ipc.invoke(HOST_REQUESTS.chooseFolder),
    chooseFile: () => ipc.invoke(HOST_REQUESTS.chooseFile),
    openExternal: (url) => ipc.invoke(HOST_REQUESTS.openExternal, url),
    openInEditor: (request) => ipc.invoke(HOST_REQUESTS.openInEditor, request),
    settings: () => ipc.invoke(HOST_REQUESTS.settings),
    changeSettings: (patch) => ipc.invoke(HOST_REQUESTS.changeSettings, patch),
    sandboxed: () => ipc.invoke(HOST_REQUESTS.sandboxed),
    setTheme: (theme) => ipc.invoke(HOST_REQUESTS.theme, theme),
    onNavigate(listener) {
      paths.add(listener);
      if (!ready) {
        ready = true;
        void ipc.invoke(HOST_REQUESTS.ready);
      }
      return () => paths.delete(listener);
    },
    onCommand(listener) {
      commands.add(listener);
      return () => commands.delete(listener);
    },
    platform: platform === "darwin" || platform === "win32" ? platform : "linux",
  });
}
