/** Where a client's token may stand in a request, and in which order the three places are read. */
import { BEARER_SUBPROTOCOL_PREFIX } from "../../../shared/protocol/wire.ts";
import { bearerOf } from "../../wire/bearer.ts";

export type CredentialPlace = "header" | "subprotocol" | "query";

export interface Credential {
  token: string;
  place: CredentialPlace;
}

export interface CredentialFacts {
  /** Every `Authorization` header as it came. */
  authorization: readonly string[];
  /** Every WebSocket protocol that was offered, in order. */
  protocols: readonly string[];
  query: URLSearchParams;
}

/** Longer ones are no token of ours; hashing them would only be work for an attacker's benefit. */
const MAX_TOKEN_LENGTH = 512;

/**
 * The first place that holds anything decides, even when what it holds is wrong: a good token in the query must not
 * rescue a bad header. Two headers, two tokens in the query or an empty one give a token that nobody has.
 */
export function readCredential(facts: CredentialFacts): Credential | undefined {
  if (facts.authorization.length > 0)
    return { token: only(facts.authorization, (header) => bearerOf(header) ?? ""), place: "header" };
  const bearers = facts.protocols.filter((protocol) => protocol.startsWith(BEARER_SUBPROTOCOL_PREFIX));
  if (bearers.length > 0) {
    return { token: only(bearers, (text) => text.slice(BEARER_SUBPROTOCOL_PREFIX.length)), place: "subprotocol" };
  }
  const queried = facts.query.getAll("token");
  if (queried.length > 0) return { token: only(queried, (text) => text), place: "query" };
  return undefined;
}

/** A token that no header can carry is nobody's: encoded, it is as wrong, and can be sent. */
export const sendable = (token: string): string => (/^[\x21-\x7e]*$/.test(token) ? token : encodeURIComponent(token));

function only(values: readonly string[], read: (text: string) => string): string {
  const [value] = values;
  if (value === undefined || values.length > 1) return "";
  const token = read(value);
  return token.length > MAX_TOKEN_LENGTH ? "" : token;
}
