/** Makes of a result that came too late the text that is handed to the agent's terminal. */
import type { Call } from "../../shared/events/call.ts";
import { cameLate } from "../../shared/events/left-words.ts";
import { oneLine } from "../../shared/text/visible.ts";

/** Characters of the result; more is a file's business. */
const MAX_CHARACTERS = 32 * 1024;

/** Undefined for a call whose agent has its result, and for one without any. */
export function lateResultText(call: Call): string | undefined {
  if (!cameLate(call) || call.result === undefined) return undefined;
  const server = call.server === undefined ? "" : ` of ${oneLine(call.server, 60)}`;
  const text = resultText(call.result);
  const left = text.length - MAX_CHARACTERS;
  const more = left > 0 ? `\n… ${left.toLocaleString("en-US")} more characters` : "";
  return `Late result of the tool call ${oneLine(call.tool, 120)}${server}:\n${text.slice(0, MAX_CHARACTERS)}${more}`;
}

/** The texts of an MCP result; where it has none, its JSON. */
function resultText(result: unknown): string {
  const content: unknown = typeof result === "object" && result !== null ? Object(result).content : undefined;
  const texts = Array.isArray(content) ? content.flatMap(partText) : [];
  return texts.length > 0 ? texts.join("\n") : typeof result === "string" ? result : JSON.stringify(result, null, 2);
}

function partText(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const { type, text }: { type?: unknown; text?: unknown } = part;
  if (typeof text === "string") return [text];
  return typeof type === "string" ? [`[${type}, not in this text]`] : [];
}
