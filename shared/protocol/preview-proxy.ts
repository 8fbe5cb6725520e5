/** The words between gateway and daemon on the way to a previewed port. */

/** A header of the program's request that the daemon reads for itself on this hop travels under this prefix. */
export const FORWARDED_PREFIX = "x-signalbox-fwd-";

/** Marks an answer that the daemon gave in the program's place; a program's own header of this name is dropped. */
export const PROXY_HEADER = "x-signalbox-proxy";

export const PROXY_REFUSALS = [
  "unauthorized",
  "no-such-session",
  "not-exposed",
  "other-user",
  "nobody-listens",
  "broken",
  "timeout",
] as const;
export type ProxyRefusal = (typeof PROXY_REFUSALS)[number];

export const isProxyRefusal = (text: string | undefined): text is ProxyRefusal =>
  PROXY_REFUSALS.some((word) => word === text);
