/** The removal of secrets from everything that is written down or shown: by the name of a key and by known values. */
import { isExactNumber } from "./exact-json.ts";
import { secretFinder } from "./find-secrets.ts";

import { isSecretKey } from "./secret-names.ts";

export { isSecretKey };

export const REDACTED = "••••••";

/** Replaces each known secret wherever it stands, in whatever form; secrets that overlap are replaced together. */
export function redactText(text: string, secrets: readonly string[]): string {
  const places = secretFinder(secrets).find(text);
  if (places.length === 0) return text;
  let clean = "";
  let end = 0;
  for (const [from, to] of places) {
    clean += text.slice(end, from) + REDACTED;
    end = to;
  }
  return clean + text.slice(end);
}

/**
 * A copy of a JSON value in which strings under secret-sounding keys, and known secrets anywhere, names of keys included, are
 * replaced. Numbers stay: `progressToken: 7` is no secret. Depth is bounded, so that hostile nesting cannot exhaust the stack.
 */
export function redactValue(value: unknown, secrets: readonly string[] = [], depth = 0): unknown {
  if (typeof value === "string") return redactText(value, secrets);
  if (typeof value !== "object" || value === null || isExactNumber(value)) return value;
  if (depth >= 64) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets, depth + 1));
  const copy = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const clean = isSecretKey(key) ? redactBelow(item, secrets, depth) : redactValue(item, secrets, depth + 1);
    copy.set(freeName(redactText(key, secrets), copy), clean);
  }
  return Object.fromEntries(copy);
}

/** A string, or the strings of a list, under the name of a secret. */
function redactBelow(item: unknown, secrets: readonly string[], depth: number): unknown {
  const hide = (one: unknown) =>
    typeof one === "string" && one !== "" ? REDACTED : redactValue(one, secrets, depth + 1);
  return Array.isArray(item) ? item.map(hide) : hide(item);
}

/** Two names that are secrets are two names still. */
function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name} ${count}`;
  return free;
}
