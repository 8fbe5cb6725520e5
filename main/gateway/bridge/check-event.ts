/** Owns the question whether the text of an event may be put into a frame as it stands. */
import { streamEventSchema } from "../../../shared/events/tool-event.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";

/** Longer text is parsed: a regular expression keeps a note for every escape that it may have to come back to. */
const MAX_QUICK_CHARACTERS = 4096;

/** Unrolled, so that ordinary characters are one tight loop. */
const PLAIN = String.raw`[^"\\\x00-\x1f]*`;
const STRING = String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d{0,15})(?:\.\d{1,20})?`;
const FIELD = [
  `"t(?:o(?:ken": ?(?:${NUMBER}|null|${STRING})|tal": ?(?:${NUMBER}|null)|ol": ?${STRING})|imestamp": ?(?:${STRING}|null))`,
  `"progress": ?(?:${NUMBER}|null)`,
  `"message": ?(?:${STRING}|null)`,
  `"kind": ?"progress"`,
  `"(?:call|server)": ?${STRING}`,
  `"(?:seq|offset)": ?${NUMBER}`,
].join("|");

/**
 * Plain progress, as the source of a regular expression: the same for text and for UTF-8 that is read as Latin-1, since
 * it names no character above ASCII. Such an event also needs TOOL_KEY somewhere, which no string can contain.
 */
export const PROGRESS = String.raw`\{ ?(?:${FIELD})(?:, ?(?:${FIELD}))* ?\}`;
export const TOOL_KEY = '"tool":';

const WHOLE = new RegExp(`^${PROGRESS}$`);

/**
 * Text of a daemon that proved nothing must be JSON of the known shape: a frame around anything else would be refused
 * by its readers, the good events beside it included. Progress, nearly all that comes, is recognised by a regular
 * expression, at a fifth of the cost of parsing it and a tenth of checking it against the schema. Our own daemon, which
 * proved that it holds this home's key, writes with `JSON.stringify`: its outer braces are all that is looked at.
 */
export function isEvent(text: string, trusted: boolean): boolean {
  if (text.charCodeAt(0) !== 0x7b || text.charCodeAt(text.length - 1) !== 0x7d) return false;
  if (trusted) return true;
  if (text.length <= MAX_QUICK_CHARACTERS && WHOLE.test(text) && text.includes(TOOL_KEY)) return true;
  return parseJson(streamEventSchema, text).ok;
}
