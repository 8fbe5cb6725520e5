/** Owns the links that open a session or a call: how they are written and the only forms that are read. */

export interface LinkTarget {
  session: string;
  call?: string;
}

const ID = "[A-Za-z0-9-]{1,64}";
const PATH = new RegExp(`^/session/(${ID})(?:/call/(${ID}))?$`);
const SCHEME = "signalbox:/";

/** `/session/<id>` or `/session/<id>/call/<call>`: the path of a web address, or what follows `signalbox:/`. */
export function linkPath(target: LinkTarget): string {
  const call = target.call === undefined ? "" : `/call/${target.call}`;
  return `/session/${target.session}${call}`;
}

export function deepLink(target: LinkTarget): string {
  return SCHEME + linkPath(target);
}

/** Reads a path. Undefined for anything but the two forms: no query, no fragment, no slash at the end, no escapes. */
export function parseLinkPath(path: string): LinkTarget | undefined {
  const [, session, call] = PATH.exec(path) ?? [];
  if (session === undefined) return undefined;
  return call === undefined ? { session } : { session, call };
}

/** Reads `signalbox://session/…`. A link only navigates, so there is nothing else that it could carry. */
export function parseDeepLink(link: string): LinkTarget | undefined {
  return link.startsWith(`${SCHEME}/`) ? parseLinkPath(link.slice(SCHEME.length)) : undefined;
}
