/** Shows an entry, of a server or of an agent, without its credentials, and takes a shown one back with what its masks stand for. */
import { NAMES } from "../../../shared/servers/entry-fields.ts";
import {
  addressParts,
  argumentParts,
  headerParts,
  maskedText,
  type Parts,
  secretsIn,
  settingParts,
  textParts,
} from "../../../shared/servers/secret-parts.ts";
import { REDACTED } from "../../../shared/text/redact.ts";

type Path = readonly (string | number)[];

const includes = (names: readonly string[], key: unknown): boolean => typeof key === "string" && names.includes(key);
const ADDRESSES: readonly string[] = [...NAMES.url, ...NAMES.instances];
const LINES: readonly string[] = [...NAMES.command, ...NAMES.headersHelper];

/** A copy of the entry, of any form, in which what opens something is a mask. */
export function maskEntry(entry: unknown): unknown {
  return mask(entry, []);
}

function mask(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) {
    const parts = listParts(value);
    return value.map((item: unknown, i) => {
      const own = parts?.[i];
      return own === undefined || !hides(own) ? mask(item, [...path, i]) : maskedText(own);
    });
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, [...path, key])]));
  }
  const parts = partsAt(value, path);
  return parts !== undefined && hides(parts) ? maskedText(parts) : value;
}

const hides = (parts: Parts): boolean => secretsIn(parts).length > 0;

/** Of a list of texts: an option's value is told by the option before it. */
function listParts(list: readonly unknown[]): Parts[] | undefined {
  return list.every((item) => typeof item !== "object" || item === null) ? argumentParts(list.map(String)) : undefined;
}

/** Undefined for what is no text and stands in no place of credentials. */
function partsAt(value: unknown, path: Path): Parts | undefined {
  if (value === null || typeof value === "boolean") return undefined;
  const text = String(value);
  const key = path.findLast((step) => typeof step === "string") ?? "";
  const around = path.at(-2);
  if (includes(NAMES.env, around)) return settingParts(key, text);
  if (includes(NAMES.headers, around)) return headerParts(key, text);
  if (typeof value !== "string") return undefined;
  if (includes(ADDRESSES, path[0])) return addressParts(text);
  if (includes(LINES, path[0])) return lineParts(text);
  return settingParts(key, text);
}

/** A command line, word for word. */
function lineParts(line: string): Parts {
  const pieces = line.split(/(\s+)/);
  const words = argumentParts(pieces.filter((_, i) => i % 2 === 0));
  return pieces.flatMap((piece, i) => (i % 2 === 0 ? [...(words[i / 2] ?? [])] : [{ plain: piece }]));
}

const SHOWN = new Set<string>([...NAMES.type, ...NAMES.disabled, ...NAMES.enabled]);

/** What a device that may only watch is shown: what is known to be harmless, and that there is something else. */
export function outlineEntry(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return REDACTED;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => {
      if (value === null || typeof value === "boolean") return [key, value];
      if (SHOWN.has(key) && /^[\w-]{1,20}$/.test(String(value))) return [key, value];
      if (includes(NAMES.url, key)) return [key, originOf(value)];
      if (includes(NAMES.command, key)) return [key, programOf(value)];
      return [key, hideAll(value)];
    }),
  );
}

function originOf(value: unknown): string {
  if (typeof value !== "string" || !URL.canParse(value)) return REDACTED;
  const { origin, href } = new URL(value);
  if (origin === "null") return REDACTED;
  return href === `${origin}/` ? origin : `${origin}/${REDACTED}`;
}

/** A program's name, without a folder that may be somebody's. */
function programOf(value: unknown): unknown {
  if (typeof value !== "string") return hideAll(value);
  const name = value.split(/[/\\]/).at(-1) ?? "";
  return /^[A-Za-z][\w.-]{0,31}$/.test(name) && !hides(textParts(name)) ? name : REDACTED;
}

/** Names stay: which variables and headers there are. */
function hideAll(value: unknown): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(hideAll);
  if (typeof value !== "object") return REDACTED;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideAll(item)]));
}

/** `path` names a mask for which there is no value. */
export type Unmasked = { ok: true; value: unknown } | { ok: false; path: Path };

class NoValue extends Error {
  readonly path: Path;
  constructor(path: Path) {
    super("a mask without a value");
    this.path = path;
  }
}

/** Puts the values of `before`, the same entry as it is kept, in the place of the masks of `shown`. A mask is never a value. */
export function unmaskEntry(shown: unknown, before: unknown): Unmasked {
  try {
    return { ok: true, value: unmask(shown, before, []) };
  } catch (error) {
    if (error instanceof NoValue) return { ok: false, path: error.path };
    throw error;
  }
}

function unmask(shown: unknown, before: unknown, path: Path): unknown {
  if (typeof shown === "string") {
    if (!shown.includes(REDACTED)) return shown;
    if (before === undefined || (typeof before === "object" && before !== null)) throw new NoValue(path);
    return fill(shown, before, partsAt(before, path), path);
  }
  if (Array.isArray(shown)) return unmaskList(shown, Array.isArray(before) ? before : [], path);
  if (typeof shown !== "object" || shown === null) return shown;
  const known = typeof before === "object" && before !== null && !Array.isArray(before) ? before : {};
  return Object.fromEntries(
    Object.entries(shown).map(([key, item]) => {
      if (key.includes(REDACTED)) throw new NoValue([...path, key]);
      const kept = Object.hasOwn(known, key) ? (known as Record<string, unknown>)[key] : undefined;
      return [key, unmask(item, kept, [...path, key])];
    }),
  );
}

/** As it was shown, or changed around its masks: then they are filled in their order. */
function fill(shown: string, before: unknown, parts: Parts | undefined, path: Path): unknown {
  if (parts === undefined) throw new NoValue(path);
  if (maskedText(parts) === shown) return before;
  const secrets = secretsIn(parts);
  const around = shown.split(REDACTED);
  if (around.length !== secrets.length + 1) throw new NoValue(path);
  return around.map((text, i) => (i === 0 ? text : `${secrets[i - 1]}${text}`)).join("");
}

/** Items may have moved. One that is masked is the kept one of the same look, before which the same stands; else in its place. */
function unmaskList(shown: readonly unknown[], before: readonly unknown[], path: Path): unknown[] {
  const parts = listParts(before);
  const looks = parts?.map(maskedText) ?? [];
  const used = new Set<number>();
  const find = (item: string, i: number): number | undefined => {
    const alike = looks.flatMap((look, at) => (look === item && !used.has(at) ? [at] : []));
    const follows = (at: number) => (looks[at - 1] ?? "") === (typeof shown[i - 1] === "string" ? shown[i - 1] : "");
    const found = alike.find((at) => at === i && follows(at)) ?? alike.find(follows);
    return found ?? (alike.length === 1 ? alike[0] : undefined);
  };
  return shown.map((item, i) => {
    if (typeof item !== "string" || !item.includes(REDACTED)) return unmask(item, before[i], [...path, i]);
    const at = find(item, i) ?? (shown.length === before.length && !used.has(i) ? i : undefined);
    const own = at === undefined ? undefined : parts?.[at];
    if (at === undefined || own === undefined) throw new NoValue([...path, i]);
    used.add(at);
    return fill(item, before[at], own, [...path, i]);
  });
}
