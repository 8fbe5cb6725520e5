/** Takes pictures, sound and other binary contents out of a result that is too large to be recorded with them. */
import type { RecordedPart } from "../../../shared/events/tool-event.ts";
import { MAX_KEPT_PART_BYTES } from "../../../shared/protocol/wire.ts";
import { isExactNumber } from "../../../shared/text/exact-json.ts";

/** Keeps base64 beside the event and gives the name by which it is found, or undefined when it could not be kept. */
export type KeepMedia = (base64: string) => string | undefined;

/** Smaller ones stay where they are, in characters of base64. */
const MIN_CHARACTERS = 16 * 1024;
/** Of one result, in bytes and in number; what is beyond is not kept. */
const MAX_KEPT_BYTES = 4 * MAX_KEPT_PART_BYTES;
const MAX_KEPT = 64;
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/;
/** Levels of a content part that are searched: `data`, `resource.blob`, `source.data` and what later kinds may have. */
const LEVELS = 3;

/**
 * A copy of the result without its large media, and what they were. Media are base64 under the names `data` and `blob` in
 * content parts of any type, those that are not known yet among them. One of up to MAX_KEPT_PART_BYTES is given to `keep`,
 * whole; of a larger one only its size is left. A value without `content` is given back as it is.
 */
export function takeMedia(value: unknown, keep?: KeepMedia): { value: unknown; parts: RecordedPart[] } {
  if (!isObject(value) || !Array.isArray(value.content)) return { value, parts: [] };
  const parts: RecordedPart[] = [];
  let room = MAX_KEPT_BYTES;

  function take(base64: string, at: string): void {
    const bytes = Buffer.byteLength(base64.trimEnd(), "base64");
    const fits = bytes <= MAX_KEPT_PART_BYTES && bytes <= room && parts.length < MAX_KEPT;
    const kept = fits ? keep?.(base64) : undefined;
    if (kept !== undefined) room -= bytes;
    parts.push({ at, bytes, ...(kept !== undefined && { kept }) });
  }

  function without(part: unknown, at: string, levels: number): unknown {
    if (!isObject(part) || levels === 0) return part;
    const entries = Object.entries(part).flatMap(([key, item]): [string, unknown][] => {
      if (!isMediaName(key)) return [[key, isPlace(key) ? without(item, `${at}/${key}`, levels - 1) : item]];
      if (!isLargeMedia(item)) return [[key, item]];
      take(item, `${at}/${key}`);
      return [];
    });
    return Object.fromEntries(entries);
  }

  const content = value.content.map((part: unknown, index) => without(part, `/content/${index}`, LEVELS));
  return { value: { ...value, content }, parts };
}

const isMediaName = (key: string): boolean => key === "data" || key === "blob";
/** Others would need escapes in pointers, or hide more of a value than they name. */
const isPlace = (key: string): boolean => /^[A-Za-z]\w{0,63}$/.test(key);

/** What is no base64 is text, and cut like it. */
const isLargeMedia = (data: unknown): data is string =>
  typeof data === "string" && data.length > MIN_CHARACTERS && BASE64.test(data);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
