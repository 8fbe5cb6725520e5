/**
 * Marks the calls of an older journal in which two may stand as one. Versions before this one counted the calls of each
 * run of the daemon from `c1`, and took a call of a later run for the earlier one of its name. Done once for each file.
 */
import type { DatabaseSync } from "node:sqlite";
import { unread } from "../../../shared/events/read-entry.ts";
import { unpackBody } from "./pack-body.ts";

/** A call whose first and last entries lie in different runs, and what is known of it. */
interface Suspect {
  row: number;
  id: string;
  first: number;
  last: number;
}

/** In the caller's transaction. Reads the events of sessions that have such calls, and of no others. */
export function markMixedCalls(database: DatabaseSync): void {
  const mark = database.prepare("UPDATE calls SET call = json_set(call, '$.mixed', json('true')) WHERE number = ?");
  const breaks = database.prepare(
    "SELECT session, min(gap ->> '$.seq') AS first, max(gap ->> '$.seq') AS last FROM gaps WHERE gap ->> '$.missed' IS NULL GROUP BY session",
  );
  const suspects = database.prepare(
    "SELECT number, id, first, call ->> '$.lastSeq' AS last FROM calls WHERE session = ? AND first < ? AND call ->> '$.lastSeq' > ?",
  );
  for (const { session, first, last } of breaks.all()) {
    const found = suspects.all(Number(session), Number(last), Number(first)).map((call) => ({
      row: Number(call.number),
      id: String(call.id),
      first: Number(call.first),
      last: Number(call.last),
    }));
    if (found.length === 0) continue;
    for (const { row } of mixedAmong(database, Number(session), found)) mark.run(row);
  }
}

/** Those that began again after their daemon had gone, as far as the events tell; where those are gone, all that may have. */
function mixedAmong(database: DatabaseSync, session: number, suspects: readonly Suspect[]): Suspect[] {
  const begun = new Map<string, number[]>();
  const runs: number[] = [];
  const from = Math.min(...suspects.map(({ first }) => first));
  const rows = database.prepare("SELECT first, body, starts FROM events WHERE session = ? AND last > ? ORDER BY last");
  for (const { body, starts } of rows.iterate(session, from)) {
    if (!(body instanceof Uint8Array) || !(starts instanceof Uint8Array)) continue;
    for (const { seq, event } of tellingEntries(body, starts)) {
      const { kind, call, outcomes_lost: lost } = unread(event);
      if (lost === true) runs.push(seq);
      if (kind === "started" && typeof call === "string") begun.set(call, [...(begun.get(call) ?? []), seq]);
    }
  }
  const losses = database.prepare("SELECT 1 FROM lost WHERE session = ? AND last > ? AND first <= ? LIMIT 1");
  return suspects.filter(({ id, first, last }) => {
    const run = runs.find((seq) => seq > first);
    const again = run !== undefined && begun.get(id)?.some((seq) => seq > run && seq <= last) === true;
    return again || losses.get(session, first, last) !== undefined;
  });
}

/** The entries of a row that begin a call or say that a daemon has gone; the others are not parsed. */
function* tellingEntries(body: Uint8Array, starts: Uint8Array): Generator<{ seq: number; event: object }> {
  const bytes = Buffer.from(unpackBody(body));
  const places = new Uint32Array(new Uint8Array(starts).buffer);
  if (!bytes.includes(STARTED) && !bytes.includes(LOST)) return;
  for (let index = 0; index < places.length - 1; index += 1) {
    const entry = bytes.subarray(places[index], (places[index + 1] ?? 1) - 1);
    if (!entry.includes(STARTED) && !entry.includes(LOST)) continue;
    const value: unknown = JSON.parse(entry.toString());
    if (typeof value !== "object" || value === null) continue;
    const { seq, event } = unread(value);
    if (typeof seq === "number" && typeof event === "object" && event !== null) yield { seq, event };
  }
}

const STARTED = '"started"';
const LOST = '"outcomes_lost"';
