/** Writes the address with which one browser enters a preview, once. */

/** Path at a preview's origin that takes a grant and gives a cookie for it. */
export const ENTER_PATH = "/.signalbox/enter";

/** `path`: where to go from there, with its query; `/` when absent. */
export function grantAddress(origin: string, code: string, path: string | undefined): string {
  const to = path === undefined ? "" : `&to=${encodeURIComponent(path)}`;
  return `${origin}${ENTER_PATH}?grant=${code}${to}`;
}
