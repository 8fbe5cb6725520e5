/** Names the origin of each preview, and reads which preview a request's Host means. Pure. */

export interface PreviewAddress {
  session: string;
  port: number;
}

export interface PreviewNames {
  /** Without a slash at its end; undefined for a session whose id no host name can hold. */
  origin(address: PreviewAddress): string | undefined;
  /** Undefined for a host that is no preview's. */
  read(host: string): PreviewAddress | undefined;
  /** The origins of all previews, for a page's `frame-src`. */
  readonly sources: string;
}

/** A label of a host name has 63 characters at most (RFC 1035 §2.3.4): `s-`, the session, `-`, the port. */
const SESSION = /^[a-z0-9-]{1,55}$/;
const LABEL = /^s-([a-z0-9-]{1,55})-([1-9]\d{0,4})$/;
const PATTERN = /^https:\/\/\*\.([a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?)$/;

/** The setting `previews.origin`: `https://*.` and a host name. Undefined for anything else. */
export const readOriginPattern = (text: string): string | undefined => PATTERN.exec(text.toLowerCase())?.[1];

/**
 * `<label>.localhost:<port>` is this machine in every browser, and no other origin shares its cookies and storage.
 * `publicHost`: what follows the label where a reverse proxy serves previews under a name of its own.
 */
export function previewNames(gatewayPort: number, publicHost: string | undefined): PreviewNames {
  const [scheme, rest] = publicHost === undefined ? ["http", `localhost:${gatewayPort}`] : ["https", publicHost];
  return {
    sources: `${scheme}://*.${rest}`,
    origin({ session, port }) {
      return SESSION.test(session) ? `${scheme}://s-${session}-${port}.${rest}` : undefined;
    },
    read(host) {
      const name = host.toLowerCase();
      if (!name.endsWith(`.${rest}`)) return undefined;
      const [, session, digits] = LABEL.exec(name.slice(0, -rest.length - 1)) ?? [];
      const port = Number(digits);
      return session === undefined || port > 65_535 ? undefined : { session, port };
    },
  };
}
