/** Owns what no page in this app may do, ours included: leave its origin, open windows, embed pages, ask for devices. */
import type { Contents, PermissionQuestion } from "../electron-api.ts";
import { decideUiRequest } from "../ui/decide-ui-request.ts";
import { isUiAddress } from "../ui/ui-origin.ts";

/**
 * The few permissions that our own page needs; every other is denied, to every page. Writing to the clipboard is
 * "Copy"; the network ones are how newer Chromium calls the page's sockets to the gateway on this machine.
 */
const GRANTED: ReadonlySet<string> = new Set([
  "clipboard-sanitized-write",
  "loopback-network",
  "local-network",
  "local-network-access",
]);

/** Grants only what is on the list, only to the main frame of our own page. */
export function decidePermission(permission: string, page: string, details: PermissionQuestion): boolean {
  const asking = details.requestingUrl ?? page;
  return GRANTED.has(permission) && details.isMainFrame !== false && isUiAddress(asking);
}

/** `allow` only between places of our own page: what the gateway serves under the same origin is data, not a page. */
export function decideNavigation(address: string, mainFrame: boolean): "allow" | "deny" {
  return mainFrame && decideUiRequest("GET", address).serve === "file" ? "allow" : "deny";
}

export interface Guards {
  /** An address that the page wanted to open elsewhere. */
  onOutside: (address: string) => void;
  onDenied: (what: string, address: string) => void;
}

/** Puts the guards on one page. Called for every page that Electron creates, before it loads anything. */
export function guardContents(contents: Contents, guards: Guards): void {
  contents.on("will-frame-navigate", (details) => {
    if (decideNavigation(details.url, details.isMainFrame) === "allow") return;
    details.preventDefault();
    guards.onDenied("navigation", details.url);
  });
  contents.on("will-redirect", (details) => {
    if (decideNavigation(details.url, true) === "allow") return;
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
