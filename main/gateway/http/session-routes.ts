/** Owns the routes of sessions: create, list, change, restart, delete, and their history. */
import { Hono } from "hono";
import { failed, fault } from "../../../shared/protocol/fault.ts";
import { newSessionSchema, patchSessionSchema, restartSessionSchema } from "../../../shared/protocol/gateway-api.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { entriesOf } from "../bridge/chunk.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { answer, readBody, refuseWith } from "./answer.ts";

/** Entries of one answer. */
const MAX_LIMIT = 10_000;

export function sessionRoutes(parts: GatewayParts): Hono {
  const { sessions, journal } = parts;
  const app = new Hono();
  const missing = (id: string) => fault("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);

  app.get("/", (context) => context.json({ sessions: parts.hub.state().sessions }));
  app.post("/", async (context) => {
    const body = await readBody(context, newSessionSchema);
    return answer(context, body.ok ? await parts.createSession(body.value) : body, 201);
  });
  app.get("/:id", (context) => {
    const id = context.req.param("id");
    const view = sessions.view(id);
    return view === undefined ? refuseWith(context, missing(id)) : context.json(view);
  });
  app.patch("/:id", async (context) => {
    const body = await readBody(context, patchSessionSchema);
    return answer(context, body.ok ? await sessions.rename(context.req.param("id"), body.value.label) : body);
  });
  app.delete("/:id", async (context) => answer(context, await sessions.remove(context.req.param("id"))));
  app.post("/:id/restart", async (context) => {
    const body = await readBody(context, restartSessionSchema);
    return answer(context, body.ok ? await sessions.restart(context.req.param("id"), body.value) : body);
  });
  app.get("/:id/calls", async (context) => {
    const id = context.req.param("id");
    if (sessions.get(id) === undefined) return refuseWith(context, missing(id));
    const limit = whole(context.req.query("limit"), 0, MAX_LIMIT);
    const before = whole(context.req.query("before"), 0, Number.MAX_SAFE_INTEGER);
    if (limit === undefined || before === undefined) {
      return answer(context, failed("bad-request", "before and limit are whole numbers."));
    }
    const body = limit === 0 ? `{"calls":[${(await journal.calls(id)).join(",")}]}` : await callPage(id, before, limit);
    return context.body(body, 200, { "content-type": "application/json" });
  });
  async function callPage(id: string, before: number, limit: number): Promise<string> {
    const { calls, open, gaps, ...numbers } = await journal.callPage(id, before === 0 ? undefined : before, limit);
    const rest = before === 0 ? `,"open":[${open?.join(",") ?? ""}],"gaps":[${gaps?.join(",") ?? ""}]` : "";
    return `{"calls":[${calls.join(",")}]${rest},${JSON.stringify({ more: calls.length === limit, ...numbers }).slice(1)}`;
  }
  app.get("/:id/turns", (context) => {
    const id = context.req.param("id");
    const session = sessions.get(id);
    return session === undefined
      ? refuseWith(context, missing(id))
      : context.json({ turns: session.record.turns ?? [] });
  });
  app.get("/:id/events", async (context) => {
    const id = context.req.param("id");
    const session = sessions.get(id);
    if (session === undefined) return refuseWith(context, missing(id));
    const after = whole(context.req.query("after"), 0, Number.MAX_SAFE_INTEGER);
    const limit = whole(context.req.query("limit"), 1_000, MAX_LIMIT);
    if (after === undefined || limit === undefined || limit < 1) {
      return answer(context, failed("bad-request", "after and limit are whole numbers."));
    }
    return context.body(await eventPage(parts, id, after, limit), 200, { "content-type": "application/json" });
  });
  return app;
}

/** JSON of one page, made of the entries' own text. */
async function eventPage(parts: GatewayParts, id: string, after: number, limit: number): Promise<string> {
  const pieces: string[] = [];
  let at = after;
  let left = limit;
  let more = true;
  while (left > 0 && more) {
    const items = await parts.journal.read(id, at, left);
    more = items.length > 0;
    for (const item of items) {
      if (left <= 0) break;
      if ("lost" in item) {
        at = item.last;
        continue;
      }
      const first = Math.max(item.first, at + 1);
      const last = Math.min(item.last, first + left - 1);
      pieces.push(entriesOf(item, first, last).toString("utf8"));
      left -= last - first + 1;
      at = last;
    }
  }
  const end = at >= (parts.sessions.get(id)?.log.last() ?? 0) || !more;
  return `{"events":[${pieces.join(",")}],"next":${end ? "null" : at}}`;
}

/** A whole number of at most `max`, or the fallback when nothing was given; undefined when it is something else. */
function whole(text: string | undefined, fallback: number, max: number): number | undefined {
  if (text === undefined) return fallback;
  const parsed = z.coerce.number().int().nonnegative().safeParse(text);
  return parsed.success && text.trim() !== "" ? Math.min(parsed.data, max) : undefined;
}
