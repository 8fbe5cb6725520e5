/** Keeps every page of this app from leaving its origin, opening windows, embedding pages but previews, and asking for devices. */
import type { Session } from "electron";
import type { Contents, PermissionQuestion } from "../electron-api.ts";
import { decideUiRequest } from "../ui/decide-ui-request.ts";
import { isUiAddress } from "../ui/ui-origin.ts";

/**
 * The few permissions that our own page needs; every other is denied, to every page. Writing to the clipboard is
 * "Copy"; the network ones are how newer Chromium calls the page's sockets to the gateway on this machine.
 */
const GRANTED: readonly Permission[] = [
  "clipboard-sanitized-write",
  "loopback-network",
  "local-network",
  "local-network-access",
];

/** The names that Electron itself asks by, in one handler or the other: a name that it gives up must not stay here unnoticed. */
type Permission = AskedBy<"setPermissionRequestHandler"> | AskedBy<"setPermissionCheckHandler">;
type AskedBy<Method extends "setPermissionRequestHandler" | "setPermissionCheckHandler"> = Parameters<
  NonNullable<Parameters<Session[Method]>[0]>
>[1];

const isGranted = (permission: string): boolean => GRANTED.some((granted) => granted === permission);

/** Grants only what is on the list, only to the main frame of our own page. */
export function decidePermission(permission: string, page: string, details: PermissionQuestion): boolean {
  const asking = details.requestingUrl ?? page;
  return isGranted(permission) && details.isMainFrame !== false && isUiAddress(asking);
}

/**
 * In the window itself `allow` only between places of our own page: what the gateway serves under the same origin is data,
 * not a page. In a frame only previews.
 */
export function decideNavigation(
  address: string,
  mainFrame: boolean,
  isPreview: (address: string) => boolean,
): "allow" | "deny" {
  const allowed = mainFrame ? decideUiRequest("GET", address).serve === "file" : isPreview(address);
  return allowed ? "allow" : "deny";
}

export interface Guards {
  /** Whether an address is a preview's, which a frame may show. */
  isPreview: (address: string) => boolean;
  /** An address that the page wanted to open elsewhere. */
  onOutside: (address: string) => void;
  onDenied: (what: string, address: string) => void;
}

/** Puts the guards on one page. Called for every page that Electron creates, before it loads anything. */
export function guardContents(contents: Contents, guards: Guards): void {
  contents.on("will-frame-navigate", (details) => {
    if (decideNavigation(details.url, details.isMainFrame, guards.isPreview) === "allow") return;
    details.preventDefault();
    guards.onDenied("navigation", details.url);
  });
  contents.on("will-redirect", (details) => {
    if (decideNavigation(details.url, details.isMainFrame, guards.isPreview) === "allow") return;
    details.preventDefault();
    guards.onDenied("redirect", details.url);
  });
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
    guards.onDenied("webview", "");
  });
  contents.setWindowOpenHandler(({ url }) => {
    guards.onOutside(url);
    return { action: "deny" };
  });
  const session = contents.session;
  session.setPermissionRequestHandler((asking, permission, answer, details) =>
    answer(decidePermission(permission, asking.getURL(), details)),
  );
  session.setPermissionCheckHandler((asking, permission, origin, details) =>
    decidePermission(permission, asking?.getURL() ?? origin, details),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
}
