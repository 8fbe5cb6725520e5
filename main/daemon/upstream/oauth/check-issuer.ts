/** Decides whether an answer comes from the authorization server that a sign-in was begun at (RFC 8414, RFC 9207). */

/**
 * Whether metadata found at `expected` speaks for that server: its issuer is the same text (RFC 8414 section 3.3). One slash
 * at the end is forgiven where `expected` has it, because a URL without a path is written with one.
 */
export function isOwnMetadata(expected: string, issuer: string): boolean {
  return issuer === expected || (expected.endsWith("/") && issuer === expected.slice(0, -1));
}

/** Whether the issuer is somewhere at this origin. */
export function isAtOrigin(origin: string, issuer: string): boolean {
  const [one, other] = [URL.parse(origin), URL.parse(issuer)];
  return one !== null && other !== null && one.origin === other.origin && one.origin !== "null";
}

/** Whether two identifiers name one authorization server, whichever of them ends with a slash. */
export function isSameServer(one: string, other: string): boolean {
  return isOwnMetadata(one, other) || isOwnMetadata(other, one);
}

export interface IssuerFacts {
  /** `issuer` of the metadata; undefined where the server has none, and then there is nothing to compare with. */
  issuer: string | undefined;
  /** The metadata promises `iss` in each answer (`authorization_response_iss_parameter_supported`). */
  promised: boolean;
}

/** Why the answer that a browser brought back is refused, or undefined. `iss` is compared as text (RFC 9207 section 2.4). */
export function whyNotFrom({ issuer, promised }: IssuerFacts, iss: string | undefined): string | undefined {
  if (issuer === undefined) return undefined;
  if (iss === undefined) return promised ? "the answer does not say which authorization server it is from" : undefined;
  return iss === issuer ? undefined : "the answer is from another authorization server";
}
