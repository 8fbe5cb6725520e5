/** Says in one short text what a call is about: its path, its command, its query. It is read from the arguments alone. */
import { isExactNumber } from "../text/exact-json.ts";
import { REDACTED } from "../text/redact.ts";
import { isSecretKey } from "../text/secret-names.ts";
import { oneLine } from "../text/visible.ts";

/** Characters kept of a summary: more than the widest row shows. */
const MAX_ABOUT = 160;
/** A text of which nobody reads a part: a picture, a file, a key. */
const ENCODED = /^[A-Za-z0-9+/_-]{128,}={0,2}$/;

/**
 * Names of arguments that say most about a call, the best first. They are those of the file, shell, search and browser tools
 * that agents use most (Claude Code, the reference servers of MCP, Playwright, GitHub). Compared in lower case, without `_` and `-`.
 */
const TELLING = [
  ["command", "cmd", "script", "sql", "statement"],
  ["pattern", "query", "q", "search", "regex", "searchquery"],
  ["filepath", "path", "file", "filename", "notebookpath", "relativepath", "absolutepath", "paths", "files", "source"],
  ["url", "uri", "address", "href"],
  ["expression", "code", "symbol", "selector", "element"],
  ["title", "subject", "name", "key", "id", "ref"],
  ["prompt", "question", "message", "text", "description", "directory", "dir", "folder", "root"],
].flat();
const RANKS = new Map(TELLING.map((name, at) => [name, at]));
const rankOf = (name: string): number => RANKS.get(name.toLowerCase().replace(/[_-]/g, "")) ?? TELLING.length;

/**
 * One line of at most 160 characters in which nothing is invisible or reorders text; undefined where the arguments say nothing.
 * A longer path loses its beginning, any other text its end.
 */
export function callAbout(args: unknown): string | undefined {
  const text = typeof args === "object" && args !== null ? ofObject(args, 1) : ofValue(args, 1);
  return text === undefined || text === "" ? undefined : text;
}

function ofObject(args: object, depth: number): string | undefined {
  if (isExactNumber(args)) return args.rawJSON;
  if (Array.isArray(args)) return ofList(args, depth);
  const named = Object.entries(args).filter(([name]) => !isSecretKey(name));
  const ranked = named.map(([name, value]) => ({ name, value, rank: rankOf(name) })).sort((a, b) => a.rank - b.rank);
  const firstOf = (wanted: (value: unknown, rank: number) => boolean): string | undefined => {
    for (const { value, rank } of ranked) {
      const text = wanted(value, rank) ? ofValue(value, depth) : undefined;
      if (text !== undefined) return text;
    }
    return undefined;
  };
  return (
    firstOf((value, rank) => rank < TELLING.length && isTextual(value)) ??
    firstOf((value) => typeof value === "string") ??
    firstOf((value) => typeof value === "object" && !isExactNumber(value)) ??
    ofPlain(named)
  );
}

const isTextual = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));

function ofValue(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return ofText(value);
  if (typeof value === "object" && value !== null && depth < 4) return ofObject(value, depth + 1);
  return undefined;
}

function ofText(value: string): string | undefined {
  // The rest of a long text is never shown, so it is not read either.
  const start = value.length > 4_096 ? value.slice(0, 4_096) : value;
  if (start.replaceAll(REDACTED, "").trim() === "" || (ENCODED.test(start) && !start.includes("/"))) return undefined;
  return isPath(start) ? shortPath(start, MAX_ABOUT) : oneLine(start, MAX_ABOUT);
}

/** A command as a list of words is a command; of other texts the first is told, and how many there are. */
function ofList(list: readonly unknown[], depth: number): string | undefined {
  const [first] = list;
  const text = ofValue(first, depth);
  if (text === undefined || list.length === 1) return text;
  if (
    typeof first === "string" &&
    !isPath(first) &&
    list.every((item) => typeof item === "string" && item.length < 200)
  )
    return oneLine(list.join(" "), MAX_ABOUT);
  return `${text} +${list.length - 1}`;
}

/** Numbers and switches alone: `a 2, b 40`. */
function ofPlain(named: readonly (readonly [string, unknown])[]): string | undefined {
  const parts = named.flatMap(([name, value]) => {
    const text = isExactNumber(value)
      ? value.rawJSON
      : typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : undefined;
    return text === undefined ? [] : [`${oneLine(name, 40)} ${text}`];
  });
  return parts.length === 0 ? undefined : oneLine(parts.slice(0, 4).join(", "), MAX_ABOUT);
}

/** Whether a text reads as one path of a file: its end says more than its beginning. A web address does not. */
export function isPath(text: string): boolean {
  if (text.length > 4_096 || /[\r\n\t]/.test(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return false;
  if (/^(?:~|\.{1,2})?\/[^/\s]|^[A-Za-z]:[\\/]|^\\\\/.test(text)) return !/\s-{1,2}\w|[|;&<>]/.test(text);
  return /^[^\s|;&<>]+[\\/][^\s|;&<>]*$/.test(text) || /^…[\\/]/.test(text);
}

/** A path of at most `max` characters: whole folders are left out at its beginning, `…/relay/forward.ts`. */
export function shortPath(path: string, max: number): string {
  const text = oneLine(path, Number.MAX_SAFE_INTEGER);
  if (text.length <= max) return text;
  const tail = text.slice(text.length - max + 1);
  const cut = tail.search(/[\\/]/);
  return `…${cut < 0 ? tail.replace(/^[\udc00-\udfff]/, "") : tail.slice(cut)}`;
}

/** What a row shows of a summary: a path within the session's folder without that folder, one within the home folder with `~`. */
export function aboutFrom(about: string, folder: string | undefined, home: string | undefined): string {
  if (!isPath(about)) return about;
  const within = (place: string | undefined): string | undefined => {
    const root = place?.replace(/[\\/]+$/, "") ?? "";
    if (root === "") return undefined;
    if (about === root) return "";
    return about.startsWith(root) && /^[\\/]/.test(about.slice(root.length)) ? about.slice(root.length) : undefined;
  };
  const inFolder = within(folder);
  if (inFolder !== undefined) return inFolder === "" ? "." : inFolder.slice(1);
  const inHome = within(home);
  return inHome === undefined ? about : `~${inHome}`;
}
