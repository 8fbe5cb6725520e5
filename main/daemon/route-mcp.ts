/**
 * Leads each MCP request to the machine that has its session: here, there through a link, or here from now on where that machine is gone.
 * A claim with a fencing number says whose a session is; of several machines that take one over, one does.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GONE_MS, type Listed } from "../cluster/directory.ts";
import type { MachineReaches } from "../cluster/machine-reaches.ts";
import type { Cluster } from "../cluster/open-cluster.ts";
import type { Log } from "../home/create-log.ts";
import { bearerOf } from "../wire/bearer.ts";
import { forwardRequest } from "../wire/forward-request.ts";
import { endToEnd, mapHeaders } from "../wire/hop-headers.ts";
import { hashToken, type Session, type SessionRegistry } from "./sessions/session-registry.ts";
import type { SessionStore } from "./sessions/session-store.ts";

/** Calls may take long before their answer begins. */
const HEAD_TIMEOUT_MS = 10 * 60_000;
/** A request that follows within this many milliseconds is led the same way, without a question to Redis. */
const FOUND_MS = 1_000;
const MAX_FOUND = 1_000;
/** How many seconds a client waits that comes while a session is between two machines. */
const MOVING_S = 1;

export type ServeMcp = (request: IncomingMessage, response: ServerResponse) => void;

export interface RouteMcpOptions {
  cluster: Cluster;
  reaches: MachineReaches;
  registry: SessionRegistry;
  store: SessionStore;
  log: Log;
  /** Whether, at this moment, no other machine can have taken this one for gone. */
  isSure: () => boolean;
  /** Ends what runs here of an MCP session that is another machine's now. */
  release: (session: Session) => Promise<void>;
  serve: ServeMcp;
}

export interface McpRouter {
  /** `routed`: another machine sent it here, and nobody sends it on. */
  handle(request: IncomingMessage, response: ServerResponse, routed: boolean): void;
  /** Says to the others that the session is here, before whoever made it may use it anywhere. */
  claim(session: Session): Promise<void>;
  /** Looks whether all sessions here are still this machine's, and ends what is another's. Rejects when Redis is away. */
  verify(): Promise<void>;
  dispose(): void;
}

export function routeMcp(options: RouteMcpOptions): McpRouter {
  const { cluster, reaches, registry, store, log, isSure, release, serve } = options;
  const self = cluster.machine.id;
  const steady = () => performance.now();
  const { places, directory } = cluster;
  /** Owners whose sessions this machine has and another serves. */
  const elsewhere = new Set<string>();
  /** Where requests of an owner were led a moment ago: the machine itself refuses what has left it meanwhile. */
  const found = new Map<string, { machine: Listed; at: number }>();
  /** Whose each session is, for when it has ended. */
  const owners = new Map<string, string>();

  const offChange = registry.onChange((id) => {
    const session = registry.get(id);
    if (session !== undefined) owners.set(id, hashToken(session.token));
    else {
      const owner = owners.get(id);
      owners.delete(id);
      if (owner === undefined) return;
      elsewhere.delete(owner);
      places.free(owner, self).catch(() => {});
    }
  });

  async function lose(session: Session, owner: string, machine: string): Promise<void> {
    if (elsewhere.has(owner)) return;
    elsewhere.add(owner);
    log.warn({ session: session.id, machine }, "another machine has taken over the MCP sessions of this session");
    await release(session);
  }

  async function claim(session: Session): Promise<void> {
    const owner = hashToken(session.token);
    const place = await places.claim(owner, self);
    if (place.machine === self) elsewhere.delete(owner);
    else await lose(session, owner, place.machine);
  }

  async function route(request: IncomingMessage, response: ServerResponse, routed: boolean): Promise<void> {
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) return serve(request, response);
    const owner = hashToken(token);
    const here = registry.byToken(token);
    if (here !== undefined && !elsewhere.has(owner) && isSure()) return serve(request, response);
    const lately = routed || here !== undefined ? undefined : found.get(owner);
    if (lately !== undefined && steady() - lately.at < FOUND_MS)
      return forward(request, response, owner, lately.machine);
    let place: Awaited<ReturnType<typeof places.find>>;
    try {
      place = await places.find(owner);
    } catch {
      // What is live goes on; of what is not, nobody knows now whether it is there.
      if (here !== undefined && !elsewhere.has(owner)) return serve(request, response);
      if ((await store.ofOwner(owner).catch(() => undefined)) !== undefined) return serve(request, response);
      return refuse(response, "The store of sessions does not answer; try again", MOVING_S);
    }
    if (place === undefined) {
      // Nobody's: one of before a flush, or a token that opens nothing.
      const known = here !== undefined || (await store.ofOwner(owner)) !== undefined;
      if (!known) return serve(request, response);
      place = await places.claim(owner, self);
    }
    if (place.machine !== self) {
      if (here !== undefined) await lose(here, owner, place.machine);
      const machine = await directory.find(place.machine);
      if (machine?.state === "there") {
        if (routed) return refuse(response, "The session is moving between machines; try again", MOVING_S);
        found.delete(owner);
        found.set(owner, { machine, at: steady() });
        const [oldest] = found.keys();
        if (found.size > MAX_FOUND && oldest !== undefined) found.delete(oldest);
        return forward(request, response, owner, machine);
      }
      if (here === undefined && (await store.ofOwner(owner)) === undefined) return serve(request, response);
      const before = place.machine;
      place = await places.claim(owner, self, place);
      if (place.machine !== self)
        return refuse(response, "The session is moving between machines; try again", MOVING_S);
      log.info({ from: before, fence: place.fence }, "this machine takes over a session of one that is gone");
    }
    elsewhere.delete(owner);
    serve(request, response);
  }

  function forward(request: IncomingMessage, response: ServerResponse, owner: string, machine: Listed): void {
    const host = `127.0.0.1:${machine.port}`;
    const reach = reaches.to(machine);
    forwardRequest(request, response, {
      target: request.url ?? "/mcp",
      headers: mapHeaders(endToEnd(request.rawHeaders), (name, value) => (name === "host" ? host : value)),
      via: { agent: reach.agent },
      headTimeoutMs: HEAD_TIMEOUT_MS,
      head: (_status, headers) => headers,
      failed: (fault) => {
        found.delete(owner);
        const seconds = Math.max(MOVING_S, Math.ceil((GONE_MS - machine.silentMs) / 1_000));
        const unknown = fault === "nobody-listens" ? "" : " It is not known whether it carried this out.";
        refuse(response, `The machine that has this session does not answer; try again.${unknown}`, seconds);
      },
    });
  }

  return {
    handle(request, response, routed) {
      route(request, response, routed).catch((error: unknown) => {
        log.warn({ error }, "an MCP request could not be led to its machine");
        refuse(response, "The store of sessions does not answer; try again", MOVING_S);
      });
    },
    claim,
    async verify() {
      for (const session of registry.list()) await claim(session);
    },
    dispose() {
      offChange();
    },
  };
}

/** No session is unknown because it cannot be found now: 503, never 404. The body of the request is not read, so no id is echoed. */
function refuse(response: ServerResponse, message: string, seconds: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(503, { "content-type": "application/json", "retry-after": String(seconds), connection: "close" });
  response.end(JSON.stringify({ jsonrpc: "2.0", error: { code: -32603, message } }));
}
