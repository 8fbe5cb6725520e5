/** Owns the page's surroundings in the desktop app: the one object that the preload gives. */
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
    onNavigate: (listener) => bridge.onNavigate(listener),
    onCommand: (listener) => bridge.onCommand(listener),
    desktop: { settings: () => bridge.settings(), change: (patch) => bridge.changeSettings(patch) },
    forget() {},
  };
}
