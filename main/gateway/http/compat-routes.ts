/** The original routes under `/api/mcp`, which clients of other gateways already call: passed on to the daemon, streamed. */
import type { Context } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { ask } from "../../wire/reach.ts";
import { sendable } from "../auth/credential.ts";
import { HEALTH_TIMEOUT_MS, probeReach } from "../discovery/probe-health.ts";
import type { Connected } from "../link/connected.ts";
import type { Daemons } from "../link/daemons.ts";
import { sessionHeaders } from "../sessions/session-credential.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { answer, readText } from "./answer.ts";
import { handlers } from "./router.ts";

/** What the daemon takes of a message. It is read whole before it is sent on: who sent it may have lost access meanwhile. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** What a client may tell the daemon through us; its credentials for the gateway are not among it. */
const FORWARDED = [
  "content-type",
  "accept",
  "last-event-id",
  "mcp-session-id",
  "mcp-protocol-version",
  "x-construct-session",
];
const RETURNED = ["content-type", "cache-control", "mcp-session-id"];

/** A daemon, with the credential that this very daemon may be sent. */
interface Bound {
  daemon: Connected;
  auth: Record<string, string>;
}

export interface CompatRoutesContext {
  daemons: Daemons;
  sessions: Pick<Sessions, "get" | "byToken">;
}

export function compatRoutes(parts: CompatRoutesContext) {
  const current = () => parts.daemons.primary.current();

  return handlers({
    "GET /api/mcp/discovery": async (context) => {
      const daemon = await parts.daemons.settled(context.req.raw.signal);
      if (daemon === undefined) {
        const { reason, state } = parts.daemons.primary.view();
        return context.json({ available: false, reason: reason ?? `no daemon (${state})` });
      }
      const probe = await probeReach(daemon.reach, "", HEALTH_TIMEOUT_MS);
      if (probe.outcome === "no-answer") return context.json({ available: false, reason: probe.reason });
      const { proof: _earlier, port_proof: _proof, ...health } = probe.health;
      return context.json({ available: true, url: `${daemon.reach.base}/mcp`, health });
    },
    "POST /api/mcp/session": (context) => pass(context, "/session", chosen),
    "POST /api/mcp/call": (context) => pass(context, "/mcp", ofSession),
    "GET /api/mcp/session/:id/events": (context) => {
      const id = encodeURIComponent(context.req.param("id"));
      return pass(context, `/session/${id}/events`, ofSession);
    },
    "POST /api/mcp/servers/test": (context) => pass(context, "/servers/test", chosen),
  });

  /** The daemon that discovery chose. Our own asks for its key where it gives something out; a foreign one asks for nothing. */
  function chosen(): Bound | undefined {
    const daemon = current();
    return daemon && { daemon, auth: { ...daemon.client.keyHeaders } };
  }

  /**
   * The session's token, and the daemon that it is for: a session that this gateway knows, by its name or by the token that
   * the client brings, is asked for at the daemon that made it. Any other token goes where discovery points. Never the client's own.
   */
  async function ofSession(request: Request): Promise<Bound | undefined> {
    const url = new URL(request.url);
    const inPath = /\/session\/([^/]+)\/events$/.exec(url.pathname)?.[1];
    const named = inPath ?? url.searchParams.get("session_id") ?? request.headers.get("x-construct-session") ?? "";
    const brought = sendable(request.headers.get("x-mcp-token") ?? url.searchParams.get("mcp_token") ?? "");
    const known = brought === "" ? parts.sessions.get(decoded(named)) : parts.sessions.byToken(brought);
    if (known === undefined) {
      const daemon = current();
      return daemon && { daemon, auth: brought === "" ? {} : { authorization: `Bearer ${brought}` } };
    }
    const { mcp } = known.record;
    for (const daemon of [current(), await parts.daemons.settledAt(mcp.daemon, request.signal)]) {
      const auth = daemon && sessionHeaders(mcp, daemon);
      if (daemon !== undefined && auth !== undefined) return { daemon, auth };
    }
    return undefined;
  }

  async function pass(
    context: Context,
    path: string,
    bind: (request: Request) => Bound | undefined | Promise<Bound | undefined>,
  ): Promise<Response> {
    const request = context.req.raw;
    if (request.method === "POST" && !isJson(request)) {
      return refusal(415, "wrong-content-type", "The body must be application/json.");
    }
    const body = await readText(context, MAX_BODY_BYTES);
    if (!body.ok) return answer(context, body);
    await parts.daemons.settled(request.signal);
    const bound = await bind(request);
    if (bound === undefined) return refusal(503, "not-bound", "mcp server not bound");
    const { daemon } = bound;
    const headers = new Headers(bound.auth);
    for (const name of FORWARDED) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    try {
      const told = await ask(daemon.reach, path, {
        method: request.method,
        headers,
        signal: request.signal,
        ...(request.method === "POST" ? { body: body.value } : {}),
      });
      const returned = new Headers();
      for (const name of RETURNED) {
        const value = told.headers.get(name);
        if (value !== null) returned.set(name, value);
      }
      return new Response(told.body === null ? null : passOn(told.body, request.signal), {
        status: told.status,
        headers: returned,
      });
    } catch {
      return refusal(502, "daemon-unreachable", "mcp daemon unreachable");
    }
  }
}

/** As it stands where it is no encoding of anything. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const refusal = (status: number, code: string, message: string): Response =>
  Response.json({ error: fault(code, message) }, { status });

/** A foreign page can send a form, but not `application/json`. */
const isJson = (request: Request): boolean =>
  /^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? "");

/** The same bytes. A client that went away is no failure; a daemon that did cuts the answer visibly. */
function passOn(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (signal.aborted) controller.close();
        else controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
