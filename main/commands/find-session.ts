/** Which session a person or a script names: by its id, the beginning of it, or its label; one only. */
import { type SessionView, sessionViewSchema } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import { z } from "../../shared/protocol/schema.ts";
import type { Ask } from "./ask-gateway.ts";

export const listSessions = (ask: Ask) =>
  ask(z.object({ sessions: z.array(sessionViewSchema) }), "GET", "/api/v1/sessions");

/** Faults: `no-such-session`, `ambiguous`, and those of the gateway. */
export async function findSession(ask: Ask, wanted: string): Promise<Result<SessionView>> {
  const list = await listSessions(ask);
  return list.ok ? named(list.value.sessions, wanted) : list;
}

function named(sessions: readonly SessionView[], wanted: string): Result<SessionView> {
  const exact = sessions.filter(({ id, label }) => id === wanted || label === wanted);
  const found = exact.length > 0 ? exact : sessions.filter(({ id }) => wanted.length >= 4 && id.startsWith(wanted));
  const [one, another] = found;
  if (one === undefined)
    return failed("no-such-session", "There is no such session.", "Name it by its id or its label.");
  if (another !== undefined) return failed("ambiguous", "Several sessions have this name.", "Name one by its id.");
  return ok(one);
}
