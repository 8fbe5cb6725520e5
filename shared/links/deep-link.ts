/** Writes and reads the links that open a session, a call or a preview: these forms and no other. */

export interface LinkTarget {
  session: string;
  call?: string;
  /** Port of the preview to show; never beside a call. */
  preview?: number;
}

const ID = "[A-Za-z0-9-]{1,64}";
const PATH = new RegExp(`^/session/(${ID})(?:/call/(${ID})|/preview/([1-9]\\d{0,4}))?$`);
const SAFE = new RegExp(`^${ID}$`);
const MAX_PORT = 65_535;
const SCHEME = "signalbox:/";

/**
 * `/session/<id>`, `/session/<id>/call/<call>` or `/session/<id>/preview/<port>`: the path of a web address, or what follows
 * `signalbox:/`. A call whose daemon gave it a name that no link can have is linked to by its session.
 */
export function linkPath(target: LinkTarget): string {
  if (target.preview !== undefined) return `/session/${target.session}/preview/${target.preview}`;
  const call = target.call === undefined || !SAFE.test(target.call) ? "" : `/call/${target.call}`;
  return `/session/${target.session}${call}`;
}

/** Where an entry of the inbox is shown; one that no address can name, in the list. */
export const entryPath = (entry: string): string => (SAFE.test(entry) ? `/inbox/${entry}` : "/inbox");

export function deepLink(target: LinkTarget): string {
  return SCHEME + linkPath(target);
}

/** Reads a path. Undefined for anything but the three forms: no query, no fragment, no slash at the end, no escapes. */
export function parseLinkPath(path: string): LinkTarget | undefined {
  const [, session, call, port] = PATH.exec(path) ?? [];
  if (session === undefined) return undefined;
  if (port !== undefined) return Number(port) <= MAX_PORT ? { session, preview: Number(port) } : undefined;
  return call === undefined ? { session } : { session, call };
}

/** Reads `signalbox://session/…`. A link only navigates, so there is nothing else that it could carry. */
export function parseDeepLink(link: string): LinkTarget | undefined {
  return link.startsWith(`${SCHEME}/`) ? parseLinkPath(link.slice(SCHEME.length)) : undefined;
}
