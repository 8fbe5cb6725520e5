/** Decides whether a request of a browser that has a preview's cookie was caused by a page that may use that preview. Pure. */
import type { IncomingHttpHeaders } from "node:http";

/**
 * Browsers send the cookie with every request to the preview, whoever causes it. A page may be the preview itself, or another
 * preview of the same session (a front end that calls its API). Everybody may lead a person there: a navigation shows the page
 * and tells its cause nothing. Programs send none of these headers (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/).
 */
export function decideVisit(
  { origins, method }: { origins: readonly string[]; method: string },
  headers: IncomingHttpHeaders,
  own: string,
  session: ReadonlySet<string>,
): boolean {
  if (origins.length > 1) return false;
  const [origin] = origins;
  if (origin !== undefined) return origin === own || session.has(origin);
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return true;
  if (headers["sec-fetch-mode"] === "navigate") return method === "GET" || method === "HEAD";
  const [referrer] = /^https?:\/\/[^/?#]*/.exec(headers.referer ?? "") ?? [];
  return referrer !== undefined && session.has(referrer);
}
