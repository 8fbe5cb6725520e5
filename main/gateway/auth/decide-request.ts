/** Owns who may do what: the decision on every HTTP request and every upgrade, as pure functions of what the client sent. */
import type { Scope } from "../../../shared/protocol/access.ts";
import { COMPAT_SUBPROTOCOL, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { type CredentialFacts, readCredential, sendable } from "./credential.ts";
import { accept, type Decision, type DoorFacts, type DoorRules, decideDoor, refuse } from "./decide-door.ts";
import { decideScope, mayOnlyWatch, READ_ONLY } from "./scope.ts";

export type Identity = { kind: "owner" } | { kind: "device"; id: string; scope: Scope };

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

const OPEN_PATHS = ["/api/v1/health", "/api/v1/proof", "/pair"];

/** Only these act or tell anything without a token: liveness, the proof of who we are, pairing, and the UI's files, which hold no secret. */
function isOpen(facts: RequestFacts): boolean {
  if (OPEN_PATHS.includes(facts.path)) return true;
  return !/^\/(api|ws|metrics)(\/|$)/.test(facts.path);
}

/** 400/421/403 from the door, then 401, then 403 for a device that may only watch. An absent Origin never replaces a token. */
export function decideRequest(facts: RequestFacts, rules: AccessRules): Decision<Admission> {
  const door = decideDoor(facts, rules);
  if (!door.accept) return door;
  if (isOpen(facts)) return accept({ identity: undefined });
  const identity = identifyClient(facts, rules);
  if (identity === undefined) return refuse(401, "unauthorized", "A valid token is needed.", TOKEN_HINT);
  const scope = decideScope(identity, facts.method);
  return scope.accept ? accept({ identity }) : scope;
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
      protocol: Protocol;
      /** What older clients ask to be started, when they name no session. */
      start: StartRequest | undefined;
      /** It may not type, end the program or choose its size. */
      watches: boolean;
    }
  | { route: "app"; protocol: Protocol };

export interface StartRequest {
  /** Name of an agent, or a program. */
  tool: string;
  cwd: string | undefined;
  /** The session that the daemon already has for it. */
  mcp: { id: string; token: string } | undefined;
}

/** What was agreed: ours, the original one, or none, which means the original one without an echo. */
export type Protocol = typeof SUBPROTOCOL | typeof COMPAT_SUBPROTOCOL | undefined;

export interface UpgradeState {
  /** Whether this gateway created that session, and so knows its MCP token. */
  knows(session: string): boolean;
  daemonFound: boolean;
}

/** The order of the checks is part of the protocol: 400/421/403, 401, 404, 400, 503 (protocol.md §4); a device that may only watch starts nothing: 403. */
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
  const watches = mayOnlyWatch(identity);
  const tooMuch = () => refuse(403, READ_ONLY.code, READ_ONLY.message, READ_ONLY.hint);
  switch (facts.path) {
    case "/ws/app":
      return accept({ identity, upgrade: { route: "app", protocol } });
    case "/ws/mcp/events": {
      const session = query.get("session_id") ?? "";
      if (session === "") return refuse(400, "missing-session-id", "missing session_id");
      const mcpToken = sendable(query.get("mcp_token") ?? "") || undefined;
      if (mcpToken === undefined && !state.knows(session)) {
        return refuse(400, "missing-mcp-token", "missing mcp_token");
      }
      // A token brought along would make a session here.
      if (watches && !state.knows(session)) return tooMuch();
      if (!state.daemonFound && !state.knows(session)) {
        return refuse(503, "daemon-not-discovered", "mcp daemon not discovered");
      }
      if (!state.daemonFound && protocol !== SUBPROTOCOL) {
        return refuse(503, "daemon-not-discovered", "mcp daemon not discovered");
      }
      const after = whole(query.get("after"));
      return accept({
        identity,
        upgrade: { route: "events", session, mcpToken: watches ? undefined : mcpToken, after, protocol },
      });
    }
    case "/ws/terminal": {
      const session = query.get("session_id") ?? "";
      const start = session === "" ? startRequest(query) : undefined;
      if (session === "" && start === undefined) return refuse(400, "missing-session-id", "missing session_id");
      if (watches && start !== undefined) return tooMuch();
      const [cols, rows] = [whole(query.get("cols")), whole(query.get("rows"))];
      return accept({ identity, upgrade: { route: "terminal", session, cols, rows, protocol, start, watches } });
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
