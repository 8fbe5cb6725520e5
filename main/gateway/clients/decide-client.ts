/** Decides on an upgrade to `/ws/tools`: whose token it shows, and which origin the daemon has to agree to. Pure. */
import { MAX_ALLOWED_ORIGIN } from "../../../shared/protocol/client-tools.ts";
import { accept, type Decision, decideDoor, refuse } from "../../wire/decide-door.ts";
import { readCredential, sendable } from "../auth/credential.ts";
import type { AccessRules, RequestFacts } from "../auth/decide-request.ts";

export interface ClientUpgrade {
  token: string;
  /** Of a page from elsewhere, which only its token can allow; undefined for programs and our own page. */
  origin: string | undefined;
  takeover: boolean;
}

export const TOOLS_PATH = "/ws/tools";

/**
 * A page that offers tools is often of another site, so this is the only address at which a foreign `Origin` is not refused at
 * once: the daemon compares it with those of the token. Clients of the original protocol show their token as `userToken`.
 */
export function decideClient(facts: RequestFacts, rules: AccessRules): Decision<ClientUpgrade> {
  const [origin, second] = facts.origins;
  const foreign = origin !== undefined && second === undefined && !decideDoor(facts, rules).accept;
  const door = decideDoor(foreign ? { ...facts, origins: [] } : facts, rules);
  if (!door.accept) return door;
  const token = tokenOf(facts);
  if (token === undefined) {
    return refuse(401, "unauthorized", "A client token is needed.", "Make one with POST /api/v1/client-tokens.");
  }
  if (rules.identify(token) !== undefined) {
    return refuse(
      403,
      "not-allowed",
      "Client tools need a client token of their own.",
      "Make one with POST /api/v1/client-tokens.",
    );
  }
  if (foreign && origin.length > MAX_ALLOWED_ORIGIN) {
    return refuse(403, "foreign-origin", "Pages of this origin may not use this token.");
  }
  return accept({
    token: sendable(token),
    origin: foreign ? origin : undefined,
    takeover: facts.query.get("takeover") === "1",
  });
}

function tokenOf(facts: RequestFacts): string | undefined {
  const queried = facts.query.getAll("userToken");
  const [token] = queried;
  if (token !== undefined) return queried.length === 1 && token.length <= 512 ? token : "";
  return readCredential(facts)?.token;
}
