/** Owns the words by which a call is found, and how a person's query asks for them. Secrets are not among them. */
import type { Call } from "../../../shared/events/call.ts";
import { redactValue } from "../../../shared/text/redact.ts";

/** Characters of arguments or of a result that are searchable. */
const MAX_CHARACTERS = 2_000;
const MAX_QUERY_WORDS = 12;

export function startWords(call: Call): string {
  return plain(call.args);
}

export function endWords(call: Call): string {
  return [call.message ?? "", call.error?.message ?? "", plain(call.result)].join(" ");
}

function plain(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(redactValue(value));
  return text.slice(0, MAX_CHARACTERS);
}

/** Every word must be there, the last letters may be missing. Quoted, so that nothing in it is an operator of FTS5. */
export function searchWords(text: string): string {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  return words
    .slice(0, MAX_QUERY_WORDS)
    .map((word) => `"${word}"*`)
    .join(" ");
}
