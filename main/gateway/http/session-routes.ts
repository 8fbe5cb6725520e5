/** The routes of sessions: create, list, change, restart, delete, and their history. */
import { rm } from "node:fs/promises";
import { failed, fault, type Result } from "../../../shared/protocol/fault.ts";
import type { CreatedSession, NewSession } from "../../../shared/protocol/gateway-api.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import { keepFile } from "../../home/session-files.ts";
import type { AppHub } from "../app-hub.ts";
import { entriesOf } from "../bridge/chunk.ts";
import type { Journal } from "../journal/open-journal.ts";
import { farFile } from "../link/far-files.ts";
import type { Machines } from "../machines/machines.ts";
import { editorSession } from "../sessions/editor-session.ts";
import { isFar, terminalDaemon } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { answer, refuseWith } from "./answer.ts";
import { handlers } from "./router.ts";

/** Entries of one answer. */
const MAX_LIMIT = 10_000;

export interface SessionRoutesContext {
  hub: AppHub;
  sessions: Sessions;
  journal: Pick<Journal, "calls" | "callPage" | "read">;
  createSession: (request: NewSession) => Promise<Result<CreatedSession>>;
  machines: Pick<Machines, "list" | "find">;
}

export function sessionRoutes(parts: SessionRoutesContext) {
  const { sessions, journal } = parts;
  const missing = (id: string) => fault("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);

  async function callPage(id: string, before: number, limit: number): Promise<string> {
    const { calls, open, gaps, ...numbers } = await journal.callPage(id, before === 0 ? undefined : before, limit);
    const rest = before === 0 ? `,"open":[${open?.join(",") ?? ""}],"gaps":[${gaps?.join(",") ?? ""}]` : "";
    return `{"calls":[${calls.join(",")}]${rest},${JSON.stringify({ more: calls.length === limit, ...numbers }).slice(1)}`;
  }

  return handlers({
    "GET /api/v1/machines": async (context) => context.json(await parts.machines.list()),
    "GET /api/v1/sessions": (context) => context.json({ sessions: parts.hub.state().sessions }),
    "POST /api/v1/sessions": async (context, body) => answer(context, await parts.createSession(body), 201),
    "GET /api/v1/sessions/:id": (context) => {
      const id = context.req.param("id");
      const view = sessions.view(id);
      return view === undefined ? refuseWith(context, missing(id)) : context.json(view);
    },
    "PATCH /api/v1/sessions/:id": async (context, { label }) =>
      answer(context, await sessions.rename(context.req.param("id"), label)),
    "DELETE /api/v1/sessions/:id": async (context) => answer(context, await sessions.remove(context.req.param("id"))),
    "POST /api/v1/sessions/:id/restart": async (context, body) =>
      answer(context, await sessions.restart(context.req.param("id"), body)),
    "POST /api/v1/sessions/:id/files": async (context) => {
      const id = context.req.param("id");
      const type = context.req.header("content-type") ?? "";
      // What a form of a foreign page can send is refused unread.
      if (!/^application\/octet-stream$/i.test(type))
        return answer(context, failed("wrong-content-type", "The body must be application/octet-stream."));
      const name = context.req.query("name") ?? "";
      const far = sessions.far(id);
      if (far !== undefined) {
        if (!far.ok) return answer(context, far);
        return answer(context, await farFile(far.value.daemon, far.value.session, name, context.req.raw.body), 201);
      }
      const folder = sessions.filesOf(id);
      if (folder === undefined) return refuseWith(context, missing(id));
      const kept = await keepFile(folder, name, context.req.raw.body);
      if (!kept.ok) return answer(context, kept);
      // Access may have ended while the file came, and the session too.
      const still = context.env.again();
      if (still.accept && sessions.get(id) !== undefined) return answer(context, kept, 201);
      await rm(sessions.get(id) === undefined ? folder : kept.value.path, { recursive: true, force: true });
      return refuseWith(context, still.accept ? missing(id) : still.refusal.fault);
    },
    "POST /api/v1/sessions/:id/edit": async (context, place) => {
      const id = context.req.param("id");
      const record = sessions.get(id)?.record;
      if (record === undefined) return refuseWith(context, missing(id));
      const request = editorSession(place, await loginEnvironment(process.env));
      if (!request.ok) return answer(context, request);
      // The file lies where the program runs.
      const machine = isFar(record) ? { machine: terminalDaemon(record) } : {};
      return answer(context, await parts.createSession({ ...request.value, ...machine }), 201);
    },
    "POST /api/v1/sessions/:id/input": async (context, body) =>
      answer(context, await sessions.type(context.req.param("id"), body)),
    "POST /api/v1/sessions/:id/stop": async (context) => answer(context, await sessions.stop(context.req.param("id"))),
    "GET /api/v1/sessions/:id/calls": async (context) => {
      const id = context.req.param("id");
      if (sessions.get(id) === undefined) return refuseWith(context, missing(id));
      const limit = whole(context.req.query("limit"), 0, MAX_LIMIT);
      const before = whole(context.req.query("before"), 0, Number.MAX_SAFE_INTEGER);
      if (limit === undefined || before === undefined) {
        return answer(context, failed("bad-request", "before and limit are whole numbers."));
      }
      const body =
        limit === 0 ? `{"calls":[${(await journal.calls(id)).join(",")}]}` : await callPage(id, before, limit);
      return context.body(body, 200, { "content-type": "application/json" });
    },
    "GET /api/v1/sessions/:id/turns": (context) => {
      const id = context.req.param("id");
      const session = sessions.get(id);
      return session === undefined
        ? refuseWith(context, missing(id))
        : context.json({ turns: session.record.turns ?? [] });
    },
    "GET /api/v1/sessions/:id/events": async (context) => {
      const id = context.req.param("id");
      const session = sessions.get(id);
      if (session === undefined) return refuseWith(context, missing(id));
      const after = whole(context.req.query("after"), 0, Number.MAX_SAFE_INTEGER);
      const limit = whole(context.req.query("limit"), 1_000, MAX_LIMIT);
      if (after === undefined || limit === undefined || limit < 1) {
        return answer(context, failed("bad-request", "after and limit are whole numbers."));
      }
      return context.body(await eventPage(parts, id, after, limit), 200, { "content-type": "application/json" });
    },
  });
}

/** JSON of one page, made of the entries' own text. */
async function eventPage(parts: SessionRoutesContext, id: string, after: number, limit: number): Promise<string> {
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
