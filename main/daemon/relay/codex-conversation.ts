/** Reads which conversation a call of Codex belongs to: it says so with every call (seen with 0.171.0). */
import { check, lenient, z } from "../../../shared/protocol/schema.ts";
import { parseExact } from "../../../shared/text/exact-json.ts";
import type { JsonObject } from "../rpc/message.ts";

const turnSchema = z.looseObject({ thread_id: z.uuid(), thread_source: lenient(z.string()) });
const metaSchema = z.looseObject({ _meta: z.looseObject({ "x-codex-turn-metadata": z.unknown() }) });

/** Undefined for other agents, and for a thread that no person began, such as a subagent's. */
export function codexConversation(params: JsonObject | undefined): string | undefined {
  const read = check(metaSchema, params);
  if (!read.ok) return undefined;
  const told = read.value._meta["x-codex-turn-metadata"];
  const turn = check(turnSchema, typeof told === "string" ? parsed(told) : told);
  return turn.ok && (turn.value.thread_source ?? "user") === "user" ? turn.value.thread_id : undefined;
}

function parsed(text: string): unknown {
  try {
    return text.length > MAX_CHARACTERS ? undefined : parseExact(text);
  } catch {
    return undefined;
  }
}

const MAX_CHARACTERS = 64_000;
