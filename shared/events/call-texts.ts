/** The texts of a call by which it is found. Values under the names of secrets are not among them. */
import { isExactNumber } from "../text/exact-json.ts";
import { isSecretKey } from "../text/secret-names.ts";
import type { Call } from "./call.ts";

/** Characters of arguments, and of a result, that are searchable. */
export const MAX_SEARCHED = 2_000;
/** Pictures and other files as text: nobody looks for a part of one, and it would be all of what is searchable. */
const ENCODED = /^[A-Za-z0-9+/_-]{256,}={0,2}$/;
const MAX_DEPTH = 64;

/** What names it: its tool and its server. */
export const nameTexts = ({ tool, server }: Call): string[] => (server === undefined ? [tool] : [tool, server]);

/** What it said last, and how it failed. */
export const messageTexts = ({ message, error }: Pick<Call, "message" | "error">): string[] =>
  [message, error?.message, ...valueTexts(error?.data)].filter((text) => text !== undefined);

/** Each string of a JSON value as it reads, without the escapes of JSON: a word at the start of a line is a word. */
export function valueTexts(value: unknown): string[] {
  const texts: string[] = [];
  let left = MAX_SEARCHED;
  const add = (text: string) => {
    if (text === "" || left <= 0) return;
    texts.push(text.slice(0, left));
    left -= text.length;
  };
  const walk = (item: unknown, depth: number): void => {
    if (left <= 0 || depth > MAX_DEPTH) return;
    if (typeof item === "string") {
      if (!ENCODED.test(item)) add(item);
    } else if (typeof item === "number" || typeof item === "boolean") add(String(item));
    else if (isExactNumber(item)) add(item.rawJSON);
    else if (Array.isArray(item)) for (const child of item) walk(child, depth + 1);
    else if (typeof item === "object" && item !== null) walkMembers(item, depth);
  };
  const walkMembers = (owner: object, depth: number): void => {
    for (const [name, child] of Object.entries(owner)) {
      add(name);
      if (!isSecretKey(name)) walk(child, depth + 1);
      // A number or an object under such a name is no secret: `progressToken: 7`.
      else walk(withoutStrings(child), depth + 1);
    }
  };
  walk(value, 0);
  return texts;
}

const withoutStrings = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.filter((item) => typeof item !== "string");
  return typeof value === "string" ? undefined : value;
};
