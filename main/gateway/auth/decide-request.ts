/** Who may do what: the decision on every HTTP request and every upgrade, as pure functions of what the client sent. */
import { isClosedArea, routeOf } from "../../../shared/protocol/routes.ts";
import { COMPAT_SUBPROTOCOL, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { accept, type Decision, type DoorFacts, type DoorRules, decideDoor, refuse } from "../../wire/decide-door.ts";
import { type CredentialFacts, readCredential, sendable } from "./credential.ts";
import { type Identity, may, READ_ONLY, refusalOf } from "./identity.ts";

export interface RequestFacts extends DoorFacts, CredentialFacts {
  method: string;
  path: string;
}

export interface AccessRules extends DoorRules {
  identify(token: string): Identity | undefined;
  /** Whether tokens in the query are still taken. */
  queryTokens: boolean;
}

export interface Admission {
  /** Undefined on the routes that need no token. */
  identity: Identity | undefined;
}

/** The previews of a session below our own address. */
export const isPreviewPath = (path: string): boolean => path.startsWith("/s/");

/**
 * 400/421/403 from the door, then 401. Open is only what a row of the table says: everything else, whatever its path, wants a
 * token. What the token's owner may do is decided where the route is served (http/router.ts), by the same row.
 */
export function decideRequest(facts: RequestFacts, rules: AccessRules): Decision<Admission> {
  const door = decideDoor(facts, rules);
  if (!door.accept) return door;
  const row = routeOf(facts.method, facts.path);
  if (row?.needs === "nothing") return accept({ identity: undefined });
  const identity = identifyClient(facts, rules);
  if (identity !== undefined) {
    const refusal = isPreviewPath(facts.path) ? refusalOf(identity, "act") : undefined;
    return refusal === undefined ? accept({ identity }) : { accept: false, refusal };
  }
  // A mistyped address of the page: to its reader a token is no way on.
  if (row === undefined && !isClosedArea(facts.path) && readCredential(facts) === undefined) {
    return refuse(404, "not-found", "There is nothing at this address.");
  }
  return refuse(401, "unauthorized", "A valid token is needed.", TOKEN_HINT);
}

const TOKEN_HINT =
  "Open the pairing link that `signalbox serve` prints, or send the token as `Authorization: Bearer …`.";

function identifyClient(facts: CredentialFacts, rules: AccessRules): Identity | undefined {
  const credential = readCredential(facts);
  if (credential === undefined || (credential.place === "query" && !rules.queryTokens)) return undefined;
  return rules.identify(credential.token);
}

export type Upgrade =
  | { route: "events"; session: string; mcpToken: string | undefined; after: number | undefined; protocol: Protocol }
  | {
      route: "terminal";
      session: string;
      cols: number | undefined;
      rows: number | undefined;
      /** The client shows nothing yet: where there is no terminal it wants what was recorded of it. */
      recorded: boolean;
      protocol: Protocol;
      /** What older clients ask to be started, when they name no session. */
      start: StartRequest | undefined;
      /** It may not type, end the program or choose its size. */
      watches: boolean;
    }
  | { route: "app"; protocol: Protocol }
  /** Passed on to a program, which agrees on its own protocol. */
  | { route: "preview" };

export interface StartRequest {
  /** Name of an agent, or a program. */
  tool: string;
  cwd: string | undefined;
  /** The session that the daemon already has for it. */
  mcp: { id: string; token: string } | undefined;
}

/** What was agreed: ours, the original one, or none, which means the original one without an echo. */
export type Protocol = typeof SUBPROTOCOL | typeof COMPAT_SUBPROTOCOL | undefined;

/** Refused for this alone: a client that is good, while no daemon is known. */
export const NO_DAEMON = "daemon-not-discovered";

export interface UpgradeState {
  /** Whether this gateway created that session, and so knows its MCP token. */
  knows(session: string): boolean;
  daemonFound: boolean;
}

/** The order of the checks is part of the protocol: 400/421/403, 401, 404, 403, 400, 503. A client that may only watch starts nothing. */
export function decideUpgrade(
  facts: RequestFacts,
  rules: AccessRules,
  state: UpgradeState,
): Decision<{ identity: Identity; upgrade: Upgrade }> {
  const door = decideDoor(facts, rules);
  if (!door.accept) return door;
  const identity = identifyClient(facts, rules);
  if (identity === undefined) return refuse(401, "unauthorized", "A valid token is needed.", TOKEN_HINT);
  const protocol = agreedProtocol(facts.protocols);
  const { query } = facts;
  const row = routeOf("GET", facts.path);
  if (row?.by !== "socket" && row?.by !== "preview") return refuse(404, "not-found", "There is no such socket.");
  const refusal = refusalOf(identity, row.needs);
  if (refusal !== undefined) return { accept: false, refusal };
  if (row.by === "preview") return accept({ identity, upgrade: { route: "preview" } });
  const watches = !may(identity, "act");
  const tooMuch = () => refuse(403, READ_ONLY.code, READ_ONLY.message, READ_ONLY.hint);
  switch (row.name) {
    case "GET /ws/app":
      return accept({ identity, upgrade: { route: "app", protocol } });
    case "GET /ws/mcp/events": {
      const session = query.get("session_id") ?? "";
      if (session === "") return refuse(400, "missing-session-id", "missing session_id");
      const mcpToken = sendable(query.get("mcp_token") ?? "") || undefined;
      if (mcpToken === undefined && !state.knows(session)) {
        return refuse(400, "missing-mcp-token", "missing mcp_token");
      }
      // A token brought along would make a session here.
      if (watches && !state.knows(session)) return tooMuch();
      if (!state.daemonFound && !state.knows(session)) {
        return refuse(503, NO_DAEMON, "mcp daemon not discovered");
      }
      if (!state.daemonFound && protocol !== SUBPROTOCOL) {
        return refuse(503, NO_DAEMON, "mcp daemon not discovered");
      }
      const after = whole(query.get("after"));
      return accept({
        identity,
        upgrade: { route: "events", session, mcpToken: watches ? undefined : mcpToken, after, protocol },
      });
    }
    case "GET /ws/terminal": {
      const session = query.get("session_id") ?? "";
      const start = session === "" ? startRequest(query) : undefined;
      if (session === "" && start === undefined) return refuse(400, "missing-session-id", "missing session_id");
      if (watches && start !== undefined) return tooMuch();
      const recorded = query.get("recorded") === "1";
      const [cols, rows] = [whole(query.get("cols")), whole(query.get("rows"))];
      return accept({
        identity,
        upgrade: { route: "terminal", session, cols, rows, recorded, protocol, start, watches },
      });
    }
    default:
      return refuse(404, "not-found", "There is no such socket.");
  }
}

function startRequest(query: URLSearchParams): StartRequest | undefined {
  const tool = query.get("tool") || undefined;
  if (tool === undefined) return undefined;
  const [id, token] = [query.get("mcp_session"), query.get("mcp_token")];
  return { tool, cwd: query.get("cwd") || undefined, mcp: id && token ? { id, token: sendable(token) } : undefined };
}

function agreedProtocol(offered: readonly string[]): Protocol {
  if (offered.includes(SUBPROTOCOL)) return SUBPROTOCOL;
  return offered.includes(COMPAT_SUBPROTOCOL) ? COMPAT_SUBPROTOCOL : undefined;
}

function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
