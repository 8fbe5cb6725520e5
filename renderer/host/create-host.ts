/** The choice between the desktop app and a plain browser. */
import { HOST_BRIDGE_KEY } from "../../shared/protocol/host-bridge.ts";
import { createBrowserHost } from "./browser-host.ts";
import { createDesktopHost } from "./desktop-host.ts";
import type { Host } from "./host.ts";

export function createHost(): Host {
  const bridge = window[HOST_BRIDGE_KEY];
  return bridge === undefined ? createBrowserHost() : createDesktopHost(bridge);
}
