/** What a request of the page asks for: a file of the UI, the gateway behind it, or nothing; as a pure function. */
import { UI_SCHEME } from "./ui-origin.ts";

export type UiRequest =
  | { serve: "file"; path: string }
  | { serve: "gateway"; path: string }
  | { serve: "nothing"; status: 403 | 404 | 405 };

const NOTHING = { serve: "nothing", status: 404 } as const;

/**
 * Reads method and address. Paths of files stay what they are written as: no escape is decoded into a separator, so a
 * path can leave the folder only by a link in it, which whoever reads the file checks. What looks like no file is a
 * place in the app, and the page itself answers for it.
 */
export function decideUiRequest(method: string, address: string): UiRequest {
  const url = URL.parse(address);
  if (url === null || url.protocol !== `${UI_SCHEME}:` || url.host !== "ui" || url.username !== "") return NOTHING;
  const path = url.pathname;
  if (/[\\\0]|%(?:2f|5c|00|2e)/i.test(path) || path.split("/").includes("..")) return NOTHING;
  if (path.startsWith("/api/") || path === "/pair") return { serve: "gateway", path: path + url.search };
  if (method !== "GET" && method !== "HEAD") return { serve: "nothing", status: 405 };
  if (/\.[A-Za-z0-9]+$/.test(path)) return { serve: "file", path };
  return { serve: "file", path: "/index.html" };
}
