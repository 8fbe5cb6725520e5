/** Owns the routes that our own daemon answers itself: what the UI sends is passed on with the daemon's key, and nothing else of the client. */
import { type Context, Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { networkReason, readBounded } from "../discovery/probe-health.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { answer, readBody, refuseWith } from "./answer.ts";

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const anything = z.unknown();

export function passRoutes(parts: GatewayParts): Hono {
  const app = new Hono();
  const pass = (path: (context: Context) => string) => (context: Context) => passOn(context, path(context));
  const name = (context: Context) => encodeURIComponent(context.req.param("name") ?? "");
  const entry = (context: Context) => encodeURIComponent(context.req.param("id") ?? "");

  app.on(
    ["GET", "PUT"],
    "/tool-settings",
    pass(() => "/tool-settings"),
  );
  app.on(["GET", "PUT"], "/sessions/:id/tool-settings", (context) => {
    const session = parts.sessions.get(context.req.param("id"));
    if (session === undefined)
      return refuseWith(context, fault("no-such-session", "This session isn't on this computer."));
    return passOn(context, `/session/${encodeURIComponent(session.record.mcp.session_id)}/tool-settings`);
  });
  app.on(
    ["GET", "PUT"],
    "/daemon/settings",
    pass(() => "/settings"),
  );
  app.get(
    "/servers/:name/log",
    pass((context) => `/servers/${name(context)}/log`),
  );
  app.post(
    "/servers/:name/accept",
    pass((context) => `/servers/${name(context)}/accept`),
  );
  app.on(
    ["POST", "DELETE"],
    "/servers/:name/sign-in",
    pass((context) => `/servers/${name(context)}/sign-in`),
  );
  app.get(
    "/outbox",
    pass(() => "/outbox"),
  );
  app.post(
    "/outbox/:id/retry",
    pass((context) => `/outbox/${entry(context)}/retry`),
  );
  app.delete(
    "/outbox/:id",
    pass((context) => `/outbox/${entry(context)}`),
  );
  app.get(
    "/secrets",
    pass(() => "/secrets"),
  );
  app.on(
    ["PUT", "DELETE"],
    "/secrets/:name",
    pass((context) => `/secrets/${name(context)}`),
  );
  return app;

  async function passOn(context: Context, path: string): Promise<Response> {
    const daemon = parts.daemons.own();
    if (daemon === undefined)
      return refuseWith(
        context,
        fault("no-daemon", "Signalbox's own daemon is not running.", "Press Start built-in daemon."),
      );
    const { method } = context.req;
    const headers: Record<string, string> = { ...daemon.client.noticeHeaders };
    const init: RequestInit = { method, headers, redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) };
    if (method === "PUT" || method === "POST") {
      const body = await readBody(context, anything);
      if (!body.ok) return answer(context, body);
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(body.value);
    }
    try {
      const told = await fetch(daemon.found.base + path, init);
      if (told.status === 204) return new Response(null, { status: 204 });
      const text = await readBounded(told, MAX_ANSWER_BYTES);
      if (text === undefined) return refuseWith(context, fault("daemon-answer", "The daemon's answer was too large."));
      return new Response(text, { status: told.status, headers: { "content-type": "application/json" } });
    } catch (error) {
      return refuseWith(context, fault("daemon-unreachable", `The daemon did not answer: ${networkReason(error)}.`));
    }
  }
}
