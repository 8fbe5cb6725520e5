/** Decides which headers cross from one connection to the next when a message is forwarded. Pure. */

/** Names and values in turn, as `IncomingMessage.rawHeaders`: order, case and duplicates are kept. */
export type RawHeaders = readonly string[];

/** Headers that speak of one connection alone (RFC 9110 §7.6.1). `Trailer` speaks of the message and stays. */
const HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** A reason phrase that can be written again: Node reads control characters there and refuses to write them (RFC 9112 §4). */
export const plainReason = (text = ""): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "");

export function* pairs(raw: RawHeaders): Generator<[name: string, value: string]> {
  for (let at = 0; at + 1 < raw.length; at += 2) yield [raw[at] ?? "", raw[at + 1] ?? ""];
}

/** Every value of one header, by its name in lower case. */
export function valuesOf(raw: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (const [key, value] of pairs(raw))
    if (key.length === name.length && key.toLowerCase() === name) values.push(value);
  return values;
}

/** What crosses: everything but the headers of this connection, those that `Connection` names included. */
export function endToEnd(raw: RawHeaders): string[] {
  const named = new Set(
    valuesOf(raw, "connection").flatMap((line) => line.split(",").map((word) => word.trim().toLowerCase())),
  );
  const kept: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (!HOP.has(key) && !named.has(key)) kept.push(name, value);
  }
  return kept;
}

/** Changes headers one by one: the new value, or undefined to leave the header out. */
export function mapHeaders(raw: RawHeaders, change: (name: string, value: string) => string | undefined): string[] {
  const changed: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const next = change(name.toLowerCase(), value);
    if (next !== undefined) changed.push(name, next);
  }
  return changed;
}

/** Without the headers of these names, in lower case. */
export const without = (raw: RawHeaders, ...names: string[]): string[] =>
  mapHeaders(raw, (name, value) => (names.includes(name) ? undefined : value));
