/** The page's surroundings in the desktop app: the one object that the preload gives. */
import { HOST_BRIDGE_KEY, type HostBridge } from "../../shared/protocol/host-bridge.ts";
import type { Host } from "./host.ts";

declare global {
  interface Window {
    readonly [HOST_BRIDGE_KEY]?: HostBridge;
  }
}

export function createDesktopHost(bridge: HostBridge): Host {
  return {
    kind: "desktop",
    platform: bridge.platform,
    connection: () => bridge.connection(),
    chooseFolder: () => bridge.chooseFolder(),
    chooseFile: () => bridge.chooseFile(),
    openExternal: (url) => bridge.openExternal(url),
    openInEditor: (request) => bridge.openInEditor(request),
    onNavigate: (listener) => bridge.onNavigate(listener),
    onCommand: (listener) => bridge.onCommand(listener),
    sandboxed: () => bridge.sandboxed(),
    setTheme: (theme) => void bridge.setTheme(theme).catch(() => {}),
    desktop: { settings: () => bridge.settings(), change: (patch) => bridge.changeSettings(patch) },
    forget() {},
  };
}
