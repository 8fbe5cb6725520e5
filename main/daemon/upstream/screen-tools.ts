/**
 * Owns what of a server's own words about its tools may reach agents and the people before them. A description is read by
 * a model and printed by its terminal: what neither a person nor an honest server can mean by it is made visible or left out.
 */
import { visible } from "../../../shared/text/visible.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";

/** Tools of one server, and the characters of all their definitions. What comes after is left out. */
const MAX_TOOLS = 2_000;
const MAX_CHARS = 4 * 1024 * 1024;
/** Nested deeper than this, a schema's words are as they are. */
const MAX_DEPTH = 64;

// Controls but tab and line feed, zero-width and bidirectional characters, byte order mark, tags and the variation selectors
// in which bytes are hidden. Marks that languages and emoji need (joiners, direction marks) stay.
const UNSEEN = /(?![\t\n])[\p{Cc}\u200b\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|[\u{e0100}-\u{e01ef}]/u;
const ALL_UNSEEN = new RegExp(UNSEEN, "gu");

export interface ScreenedTools {
  tools: JsonObject[];
  /** One sentence about what was left out, for people; undefined when nothing was. */
  leftOut: string | undefined;
}

/** Definitions without unseen characters in titles and descriptions; tools whose very name has some are left out. */
export function screenTools(offered: readonly JsonObject[]): ScreenedTools {
  const tools: JsonObject[] = [];
  let chars = 0;
  let odd = 0;
  for (const tool of offered) {
    const size = sizeOf(tool);
    if (size === undefined || typeof tool.name !== "string" || /[\t\n]/.test(tool.name) || UNSEEN.test(tool.name)) {
      odd += 1;
      continue;
    }
    chars += size;
    if (tools.length >= MAX_TOOLS || chars > MAX_CHARS) break;
    tools.push(screenWords(tool));
  }
  const rest = offered.length - tools.length - odd;
  const told = [
    ...(odd > 0 ? [`${odd} with names or definitions that cannot be shown`] : []),
    ...(rest > 0 ? [`${rest} beyond ${tools.length}`] : []),
  ];
  return { tools, leftOut: told.length === 0 ? undefined : `offers tools that are left out: ${told.join(", ")}` };
}

/** Undefined for one that is nested too deeply to be written again. */
function sizeOf(tool: JsonObject): number | undefined {
  try {
    return JSON.stringify(tool).length;
  } catch {
    return undefined;
  }
}

/** Text for a model and a terminal: line feeds and tabs stay, every other unseen character becomes a visible one. */
export const screenText = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(ALL_UNSEEN, (character) => {
    const shown = visible(character);
    return shown === character ? "\uFFFD" : shown;
  });

/** All titles and descriptions in it; the same object where nothing is to be changed. */
export function screenWords(value: JsonObject, depth = 0): JsonObject {
  let changed: JsonObject | undefined;
  for (const [key, item] of Object.entries(value)) {
    const screened = screenValue(key, item, depth);
    if (screened === item) continue;
    changed ??= { ...value };
    changed[key] = screened;
  }
  return changed ?? value;
}

function screenValue(key: string, item: unknown, depth: number): unknown {
  if (typeof item === "string") return key === "title" || key === "description" ? screenText(item) : item;
  if (depth >= MAX_DEPTH) return item;
  if (isObject(item)) return screenWords(item, depth + 1);
  if (!Array.isArray(item)) return item;
  const screened = item.map((element: unknown) => (isObject(element) ? screenWords(element, depth + 1) : element));
  return screened.some((element, i) => element !== item[i]) ? screened : item;
}
