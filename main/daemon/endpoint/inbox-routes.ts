/** The routes of the inbox: what waits for a person, and the answer to it. */
import type { Hono } from "hono";
import { fault } from "../../../shared/protocol/fault.ts";
import { daemonAnswerSchema, inboxAnswerSchema } from "../../../shared/protocol/inbox-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { type Env, readJson, refuse } from "./route-kit.ts";

export interface InboxRoutesContext {
  inbox: Pick<Inbox, "list" | "answer" | "takeOver">;
}

const STATUS: Readonly<Record<string, 404 | 409 | 422 | 500>> = {
  "no-such-entry": 404,
  answered: 409,
  "answer-in-agent": 409,
  "not-kept": 500,
};

export function addInboxRoutes(app: Hono<Env>, { inbox }: InboxRoutesContext): void {
  app.get("/inbox", (c) => c.json({ entries: inbox.list() }));
  app.post("/inbox/:id/answer", async (c) => {
    const request = await readJson(c, daemonAnswerSchema);
    if (!request.ok) return request.response;
    const { by, answer } = request.value;
    const read = check(inboxAnswerSchema, answer);
    if (!read.ok) return refuse(c, 422, fault("invalid-answer", `The answer is not as expected: ${read.reason}.`));
    const done = inbox.answer(c.req.param("id"), by, read.value);
    if (done.ok) return c.body(null, 204);
    const { fault: error, fields } = done;
    return c.json({ error, ...(fields !== undefined && { fields }) }, STATUS[error.code] ?? 422);
  });
}
