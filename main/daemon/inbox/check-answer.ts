/** Decides whether an answer fits what was asked, and gives it as whoever asked is to have it. */
import { checkContent, initialContent } from "../../../shared/inbox/check-content.ts";
import { readForm } from "../../../shared/inbox/read-form.ts";
import { matchesSafely } from "../../../shared/inbox/safe-pattern.ts";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import type { InboxAnswer, InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import { visible } from "../../../shared/text/visible.ts";
import type { JsonObject } from "../rpc/message.ts";

export type CheckedAnswer =
  | { ok: true; value: JsonObject }
  /** `fields`: the end of a sentence for each field of the form that is wrong. */
  | { ok: false; fault: Fault; fields?: Record<string, string> };

export function checkAnswer(entry: InboxEntry, answer: InboxAnswer): CheckedAnswer {
  if (entry.kind === "approval" || entry.kind === "outbox" || entry.kind === "changed-tools") {
    if (!("decision" in answer)) return invalid("This wants a decision: once, session or refuse.");
    if (entry.decisions !== undefined && !entry.decisions.includes(answer.decision)) {
      return invalid(`This can be answered with: ${entry.decisions.join(", ")}.`);
    }
    return { ok: true, value: { decision: answer.decision, ...(answer.words && { words: answer.words }) } };
  }
  if (!("action" in answer)) return invalid("This wants an action: accept, decline or cancel.");
  if (answer.action !== "accept") return { ok: true, value: { action: answer.action } };
  if (entry.schema === undefined) return { ok: true, value: { action: "accept" } };
  const form = readForm(entry.schema);
  if (!form.ok) return invalid(`Its form cannot be read: ${form.reason}.`);
  // Who accepts without a word accepts what the form holds.
  const content = answer.content ?? initialContent(form.value);
  const fields = checkContent(form.value, content, matchesSafely);
  const [first] = Object.entries(fields);
  if (first === undefined) return { ok: true, value: { action: "accept", content } };
  return { ...invalid(`${visible(first[0]).slice(0, 200)} ${first[1]}.`), fields };
}

const invalid = (message: string) => ({ ok: false as const, fault: fault("invalid-answer", message) });
