/** Owns the original routes under `/api/mcp`, which clients of other gateways already call: passed on to the daemon, streamed. */
import { Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { sendable } from "../auth/credential.ts";
import { probeHealth } from "../discovery/probe-health.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import type { Connected } from "../link/daemon-link.ts";

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

export function compatRoutes(parts: GatewayParts): Hono {
  const app = new Hono();
  const current = () => parts.daemons.primary.current();

  app.get("/discovery", async (context) => {
    const daemon = current();
    if (daemon === undefined) {
      const { reason, state } = parts.daemons.primary.view();
      return context.json({ available: false, reason: reason ?? `no daemon (${state})` });
    }
    const probe = await probeHealth(daemon.found.base, "");
    if (probe.outcome === "no-answer") return context.json({ available: false, reason: probe.reason });
    const { proof: _proof, ...health } = probe.health;
    return context.json({ available: true, url: `${daemon.found.base}/mcp`, health });
  });

  app.post("/session", (context) => pass(context.req.raw, "/session", daemonAuth));
  app.post("/call", (context) => pass(context.req.raw, "/mcp", clientAuth));
  app.get("/session/:id/events", (context) => {
    const id = encodeURIComponent(context.req.param("id"));
    return pass(context.req.raw, `/session/${id}/events`, clientAuth);
  });
  app.post("/servers/test", (context) => pass(context.req.raw, "/servers/test", daemonAuth));
  return app;

  /** Our own daemon asks for its key where it gives something out; a foreign one asks for nothing. */
  function daemonAuth(_request: Request, daemon: Connected): Record<string, string> {
    return daemon.client.noticeHeaders;
  }

  /** The session's own token: brought by the client, or known because this gateway made the session. Never the client's own. */
  function clientAuth(request: Request): Record<string, string> {
    const url = new URL(request.url);
    const inPath = /\/session\/([^/]+)\/events$/.exec(url.pathname)?.[1];
    const named = inPath ?? url.searchParams.get("session_id") ?? request.headers.get("x-construct-session") ?? "";
    const known = parts.sessions.get(decoded(named))?.record.mcp.token;
    const token = request.headers.get("x-mcp-token") ?? url.searchParams.get("mcp_token") ?? known;
    return token === undefined ? {} : { authorization: `Bearer ${sendable(token)}` };
  }

  async function pass(
    request: Request,
    path: string,
    auth: (request: Request, daemon: Connected) => Record<string, string>,
  ): Promise<Response> {
    const daemon = current();
    if (daemon === undefined) return refusal(503, "not-bound", "mcp server not bound");
    if (request.method === "POST" && !isJson(request)) {
      return refusal(415, "wrong-content-type", "The body must be application/json.");
    }
    const headers = new Headers(auth(request, daemon));
    for (const name of FORWARDED) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    try {
      const answer = await fetch(daemon.found.base + path, {
        method: request.method,
        headers,
        redirect: "manual",
        signal: request.signal,
        ...(request.body === null ? {} : { body: request.body, duplex: "half" as const }),
      });
      const returned = new Headers();
      for (const name of RETURNED) {
        const value = answer.headers.get(name);
        if (value !== null) returned.set(name, value);
      }
      return new Response(answer.body === null ? null : passOn(answer.body, request.signal), {
        status: answer.status,
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
