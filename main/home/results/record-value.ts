/** Decides how much of a call's arguments and result is recorded: each part is cut on its own, and no secret is among it. */
import type { RecordedPart } from "../../../shared/events/tool-event.ts";
import { MAX_RECORDED_BYTES } from "../../../shared/protocol/wire.ts";
import { isExactNumber } from "../../../shared/text/exact-json.ts";
import { redactText, redactValue } from "../../../shared/text/redact.ts";
import { cutText } from "./cut-text.ts";
import { type KeepMedia, takeMedia } from "./take-media.ts";

export interface Recorded {
  /** The value itself, or one of the same shape in which parts are shorter. */
  value: unknown;
  /** What is shorter, or kept beside the event. `at` is a JSON pointer into the value. */
  parts?: RecordedPart[];
  /** Full size in bytes of JSON, only when something of it is recorded nowhere. */
  size?: number;
}

/** Marks of one value. Beyond it one mark, of the whole value, stands for the rest. */
const MAX_PARTS = 100;
/** Bytes below which no child of an object or array is cut: one with more children than fit loses the last ones. */
const MIN_SHARE = 64;
/** Levels at which what there is room for is shared out. What is too large below them is left out. */
const SHARED_LEVELS = 8;
/** Texts up to this many characters are measured as JSON writes them. */
const MEASURED_CHARACTERS = MAX_RECORDED_BYTES;

/** Pointers into an event, of pointers into one of its fields. */
export const pointed = (field: string, parts: readonly RecordedPart[] = []): RecordedPart[] =>
  parts.map((part) => ({ ...part, at: field + part.at }));

/**
 * A redacted copy for the record, of about `max` bytes of JSON. Large parts give way to small ones: a huge text costs the
 * others nothing. Media of a result go to `keep`. What is cut away is looked at once and never copied, so a result of
 * 100 MB costs no second 100 MB.
 */
export function recordValue(
  value: unknown,
  secrets: readonly string[],
  max = MAX_RECORDED_BYTES,
  keep?: KeepMedia,
): Recorded {
  // Nearly all are small: for them this is all.
  const size = jsonBytes(value);
  if (size <= max) return { value: redactValue(value, secrets) };
  const sizes: Sizes = new Map();
  const media = takeMedia(value, keep);
  const cutter = createCutter(secrets, sizes);
  const recorded = cutter.cut(media.value, max, "", 0);
  const parts = [...media.parts, ...cutter.parts];
  if (parts.length > MAX_PARTS) parts.splice(MAX_PARTS, parts.length, { at: "", bytes: size });
  const isWhole = parts.every(({ kept }) => kept !== undefined);
  return { value: recorded, parts, ...(!isWhole && { size }) };
}

function createCutter(secrets: readonly string[], sizes: Sizes) {
  const parts: RecordedPart[] = [];
  const note = (part: RecordedPart) => {
    if (parts.length <= MAX_PARTS) parts.push(part);
  };

  function cut(value: unknown, limit: number, at: string, level: number): unknown {
    const size = measure(value, sizes);
    if (size <= limit) return redactValue(value, secrets);
    if (typeof value === "string") {
      const bytes = Buffer.byteLength(value);
      const { text, leftOut } = cutText(value, limit - 2, secrets, bytes);
      note({ at, bytes, left_out: leftOut });
      return text;
    }
    if (typeof value !== "object" || value === null || isExactNumber(value) || level >= SHARED_LEVELS) {
      note({ at, bytes: size });
      return null;
    }
    const list = Array.isArray(value);
    const all = Object.entries(value);
    const shown = all.slice(0, Math.max(1, Math.floor(limit / MIN_SHARE)));
    if (shown.length < all.length) note({ at, bytes: size, items: all.length - shown.length });
    const needs = shown.map(([key, item]) => overhead(list, key) + measure(item, sizes));
    const share = fairShare(needs, limit - 2);
    const copy: [string, unknown][] = [];
    for (const [index, [key, item]] of shown.entries()) {
      const room = Math.min(share, needs[index] ?? 0) - overhead(list, key);
      // A name that is longer than there is room.
      if (room < 2) note({ at, bytes: needs[index] ?? 0, items: 1 });
      else
        copy.push(
          ...Object.entries(
            redacted(key, cut(item, room, `${at}/${pointerPart(redactText(key, secrets))}`, level + 1)),
          ),
        );
    }
    return list ? copy.map(([, item]) => item) : Object.fromEntries(copy);
  }

  /** By its name as well, and the name itself. */
  const redacted = (key: string, item: unknown): object => Object(redactValue({ [key]: item }, secrets));
  return { parts, cut };
}

/** What each may have at most, so that together they have `room`: those that need less leave theirs to the others. */
function fairShare(needs: readonly number[], room: number): number {
  let left = room;
  const sorted = needs.toSorted((a, b) => a - b);
  for (const [index, size] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

const overhead = (list: boolean, key: string): number => (list ? 1 : jsonBytes(key) + 2);

/** RFC 6901. A name may be of any length; the mark needs none. */
const pointerPart = (key: string): string => key.slice(0, 200).replaceAll("~", "~0").replaceAll("/", "~1");

/** Bytes of JSON of objects and arrays that were looked at and are not small. */
type Sizes = Map<object, number>;
const SMALL = 1024;

/** Bytes of JSON; of a long text without what its quotes and line ends take more. */
function measure(value: unknown, sizes: Sizes): number {
  if (typeof value === "string") {
    return value.length > MEASURED_CHARACTERS ? Buffer.byteLength(value) + 2 : jsonBytes(value);
  }
  if (typeof value !== "object" || value === null || isExactNumber(value)) return jsonBytes(value);
  const known = sizes.get(value);
  if (known !== undefined) return known;
  const list = Array.isArray(value);
  let size = 1;
  if (list) for (const item of value) size += 1 + measure(item, sizes);
  else for (const [key, item] of Object.entries(value)) size += overhead(false, key) + measure(item, sizes);
  if (size > SMALL) sizes.set(value, size);
  return size;
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "");
