/** Owns how much of a call's arguments and result is recorded, and that no secret is among it. */
import { MAX_RECORDED_BYTES } from "../../../shared/protocol/wire.ts";
import { redactValue } from "../../../shared/text/redact.ts";

export interface Recorded {
  /** The value itself, or the beginning of its JSON when it was too large. */
  value: unknown;
  /** Full size in bytes of JSON, only when it was cut. */
  size?: number;
}

/**
 * A redacted copy for the record. What is too large is trimmed before it is copied, so that a result of 100 MB costs
 * no second 100 MB; the cut lies well inside what was trimmed, so no half of a secret can stand at its edge.
 */
export function recordValue(value: unknown, secrets: readonly string[], max = MAX_RECORDED_BYTES): Recorded {
  const size = jsonBytes(value);
  if (size <= max) return { value: redactValue(value, secrets) };
  const text = JSON.stringify(redactValue(trim(value, { left: max * 2 }), secrets)) ?? "";
  return { value: cutBytes(text, max), size };
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "");

function trim(value: unknown, budget: { left: number }): unknown {
  if (typeof value === "string") {
    const text = value.slice(0, Math.max(0, budget.left));
    budget.left -= text.length + 2;
    return text;
  }
  if (typeof value !== "object" || value === null) {
    budget.left -= 5;
    return value;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (budget.left <= 0) break;
      items.push(trim(item, budget));
    }
    return items;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (budget.left <= 0) break;
    budget.left -= key.length + 4;
    copy[key] = trim(item, budget);
  }
  return copy;
}

/** At most `max` bytes of UTF-8, never ending inside a character. */
function cutBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return text;
  let end = max;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
