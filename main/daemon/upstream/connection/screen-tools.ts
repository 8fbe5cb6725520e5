/**
 * What of a server's own words about its tools may reach agents and the people before them. A description is read by
 * a model and printed by its terminal: what neither a person nor an honest server can mean by it is made visible or left out.
 */
import { UNSEEN, visible } from "../../../../shared/text/visible.ts";
import { isObject, type JsonObject } from "../../rpc/message.ts";
import { tidyTool } from "./tidy.ts";

/** Tools of one server, and the characters of all their definitions. What comes after is left out. */
const MAX_TOOLS = 2_000;
const MAX_CHARS = 4 * 1024 * 1024;
/** Nested deeper than this, a schema's words are as they are. */
const MAX_DEPTH = 64;

const UNSEEN_TEXT = new RegExp(`(?![\\t\\n])${UNSEEN}`, "u");
const ALL_UNSEEN = new RegExp(UNSEEN_TEXT, "gu");
const DIRECTION_MARK = /[\u200e\u200f\u061c]/;
const RIGHT_TO_LEFT = /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]/u;

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
    if (
      size === undefined ||
      typeof tool.name !== "string" ||
      tool.name === "" ||
      /[\t\n]/.test(tool.name) ||
      UNSEEN_TEXT.test(tool.name)
    ) {
      odd += 1;
      continue;
    }
    chars += size;
    if (tools.length >= MAX_TOOLS || chars > MAX_CHARS) break;
    tools.push(screenWords(tidyTool(tool)));
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

/** Text for a model and a terminal: line feeds and tabs stay, and single direction marks where anything is written from right to left. */
export function screenText(text: string): string {
  const marked = RIGHT_TO_LEFT.test(text);
  return text.replaceAll("\r\n", "\n").replace(ALL_UNSEEN, (character, at: number, whole: string) => {
    const single = DIRECTION_MARK.test(character) && !DIRECTION_MARK.test(whole.charAt(at - 1));
    return marked && single ? character : visible(character);
  });
}

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
