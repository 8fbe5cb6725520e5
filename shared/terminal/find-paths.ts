/** Finds what may be a path in a line of a terminal, with the line and column behind it. Whether it exists is for others to say. */

export interface FoundPath {
  /** Where its text begins in the line, and its length, line number included. */
  index: number;
  length: number;
  /** What may be meant, the likeliest first: as it stands, and without the `a/` of a diff. */
  paths: readonly string[];
  line?: number;
  column?: number;
}

/** More of one line are left out. */
export const MAX_PATHS_OF_A_LINE = 32;
/** Longer ones are left out: Linux takes none that is. */
export const MAX_PATH_LENGTH = 4_096;

/** Never part of a path in running text: blanks, quotes, brackets, the lines of boxes. */
const OUTSIDE = String.raw`\s"'<>{}()\[\]|\x60*?,;=“”‘’«»…\u2500-\u259f`;
const TOKEN = new RegExp(`[^${OUTSIDE}]+`, "g");
/** In quotes a path may hold blanks. */
const QUOTED = /(["'`])((?:~|\.{1,2})?[\\/][^"'`]*|[^"'`\s]*[\\/.][^"'`]*)\1/g;

/** `:12:3`, `:12-20`, `#L12` and `#12` at the end of it. */
const AT_END = /(?::(\d{1,9})(?:[:.](\d{1,9})|-\d{1,9})?|#L?(\d{1,9})(?:[:-]L?\d{1,9})?):?$/;
/** `(12,3)` of compilers, `", line 12` of Python, ` line 12` of shells, behind it. */
const BEHIND = /^(?:\((\d{1,9})(?:[,:]\s?(\d{1,9}))?\)|["'`]?(?:,|:)? line (\d{1,9})(?:, col(?:umn)? (\d{1,9}))?)/;

/** `without`: ranges that are something else already, such as web addresses. */
export function findPaths(text: string, without: readonly { index: number; length: number }[] = []): FoundPath[] {
  const found: FoundPath[] = [];
  const taken = (index: number, length: number) =>
    [...without, ...found].some((other) => index < other.index + other.length && other.index < index + length);
  const look = (raw: string, index: number) => {
    if (found.length >= MAX_PATHS_OF_A_LINE) return;
    const read = readToken(raw, text.slice(index + raw.length));
    if (read !== undefined && !taken(index, read.length)) found.push({ index, ...read });
  };
  for (const match of text.matchAll(QUOTED)) look(match[2] ?? "", match.index + 1);
  for (const match of text.matchAll(TOKEN)) look(match[0], match.index);
  return found.sort((one, other) => one.index - other.index);
}

function readToken(raw: string, rest: string): Omit<FoundPath, "index"> | undefined {
  // The end of a sentence.
  const token = raw.replace(/[.:!]+$/, (end) => (/^\.{1,2}$/.test(raw) ? end : ""));
  const end = AT_END.exec(token);
  const path = end === null ? token : token.slice(0, end.index);
  if (!looksLikePath(path)) return undefined;
  const behind = end === null ? BEHIND.exec(rest) : null;
  const line = number(end?.[1] ?? end?.[3] ?? behind?.[1] ?? behind?.[3]);
  const column = number(end?.[2] ?? behind?.[2] ?? behind?.[4]);
  const paths = /^[abciow]\/./.test(path) ? [path, path.slice(2)] : [path];
  return {
    // What was cut off as the end of a sentence stands between the two: the link then covers the name alone.
    length: token.length + (token === raw ? (behind?.[0].length ?? 0) : 0),
    paths,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  };
}

/** A name without any folder needs an ending that begins with a letter: versions, times and sums are no files. */
function looksLikePath(path: string): boolean {
  if (path.length < 2 || path.length > MAX_PATH_LENGTH || /^\.+$/.test(path)) return false;
  if (/^file:\/\//i.test(path)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return false;
  if (/[\\/]/.test(path)) return /[^\\/.~]/.test(path) && !/^[\\/]{2}/.test(path);
  return /^[^:@]*\.[a-z_][\w-]{0,15}$/i.test(path);
}

function number(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || value < 1 ? undefined : value;
}
