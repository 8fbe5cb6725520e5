/** Owns the page's surroundings in a plain browser: the token in its storage, addresses through its history. */
import type { Connection, Host } from "./host.ts";
import { codeFromFragment, redeemCode } from "./pairing.ts";
import { readToken, writeToken } from "./token-store.ts";

export function createBrowserHost(): Host {
  return {
    kind: "browser",
    platform: platformOf(navigator.userAgent),
    connection,
    chooseFolder: undefined,
    chooseFile: undefined,
    async openExternal(url) {
      if (!/^https?:\/\//i.test(url)) return;
      if (window.confirm(`Open this address in a new tab?\n\n${url}`))
        window.open(url, "_blank", "noopener,noreferrer");
    },
    onNavigate(listener) {
      const onPop = () => listener(location.pathname);
      window.addEventListener("popstate", onPop);
      return () => window.removeEventListener("popstate", onPop);
    },
    onCommand: () => () => {},
    desktop: undefined,
    forget: () => writeToken(undefined),
  };
}

async function connection(): Promise<Connection | undefined> {
  const code = codeFromFragment(location.hash);
  if (code !== undefined) {
    // Before anything else: a code must not stay in the address, the history or a bookmark.
    history.replaceState(history.state, "", location.pathname + location.search);
    const paired = await redeemCode(location.origin, code);
    if (paired.ok) writeToken(paired.value);
  }
  const token = readToken();
  return token === undefined ? undefined : { url: location.origin, token };
}

export function platformOf(userAgent: string): Host["platform"] {
  if (/Mac|iPhone|iPad/.test(userAgent)) return "darwin";
  return /Windows/.test(userAgent) ? "win32" : "linux";
}
