/** The page's surroundings in a plain browser: the token in its storage, addresses through its history. */
import { decideExternal } from "../../shared/links/decide-external.ts";
import { editorAddress } from "../../shared/links/editor-address.ts";
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
      const decision = decideExternal(url, readAddress);
      if (!decision.open) window.alert(`This link was not opened.\n\n${decision.reason}`);
      else if (window.confirm(`Open ${decision.host} in a new tab?\n\n${decision.shown}`))
        window.open(decision.url, "_blank", "noopener,noreferrer");
    },
    async openInEditor(request, sshHost) {
      // The browser asks before it hands the address on. A page that goes there by a link stays where it is.
      const link = document.createElement("a");
      link.href = editorAddress(request, sshHost);
      document.body.append(link);
      link.click();
      link.remove();
    },
    onNavigate(listener) {
      const onPop = () => listener(location.pathname);
      window.addEventListener("popstate", onPop);
      return () => window.removeEventListener("popstate", onPop);
    },
    onCommand: () => () => {},
    // Browsers say so themselves.
    sandboxed: async () => true,
    setTheme() {},
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

/** `URL.parse` is missing in browsers that are otherwise new enough. */
function readAddress(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

export function platformOf(userAgent: string): Host["platform"] {
  if (/Mac|iPhone|iPad/.test(userAgent)) return "darwin";
  return /Windows/.test(userAgent) ? "win32" : "linux";
}
