/** Runs of entries on their way to the disk: joined into rows, and read one by one. */
import { MAX_EVENT_FRAME_BYTES } from "../../../shared/protocol/wire.ts";
import { parseExact } from "../../../shared/text/exact-json.ts";
import type { EntryRun } from "./batch.ts";

/** Runs are joined into rows that each fill one frame at most. */
const ROW_BYTES = MAX_EVENT_FRAME_BYTES - 64;

const bytesOf = ({ body }: EntryRun, from = 0, to = body.length): Buffer =>
  Buffer.from(body.buffer, body.byteOffset + from, to - from);

/** One entry, decoded; undefined for what is no JSON. Its bytes are kept all the same. */
export function decoded(run: EntryRun, index: number): unknown {
  try {
    return parseExact(bytesOf(run, run.starts[index], (run.starts[index + 1] ?? 1) - 1).toString());
  } catch {
    return undefined;
  }
}

/** The same run in memory of its own. */
export const copyOf = ({ first, last, body, starts }: EntryRun): EntryRun => ({
  first,
  last,
  body: body.slice(),
  starts: starts.slice(),
});

/** Joins neighbours into rows. Numbers that were skipped on purpose stay skipped. */
export function joined(runs: readonly EntryRun[]): EntryRun[] {
  const rows: EntryRun[] = [];
  let group: EntryRun[] = [];
  let size = 0;
  const close = () => {
    const [first] = group;
    const last = group.at(-1);
    if (first === undefined || last === undefined) return;
    rows.push(group.length === 1 ? first : merge(group, first.first, last.last, size));
    group = [];
    size = 0;
  };
  for (const run of runs) {
    const follows = group.length === 0 || run.first === (group.at(-1)?.last ?? 0) + 1;
    if (!follows || size + run.body.length + 1 > ROW_BYTES) close();
    group.push(run);
    size += run.body.length + 1;
  }
  close();
  return rows;
}

function merge(group: readonly EntryRun[], first: number, last: number, size: number): EntryRun {
  const body = new Uint8Array(size - 1);
  const starts = new Uint32Array(last - first + 2);
  let offset = 0;
  let count = 0;
  for (const run of group) {
    if (offset > 0) body[offset - 1] = COMMA;
    body.set(run.body, offset);
    for (let i = 0; i < run.starts.length - 1; i += 1) starts[count + i] = offset + (run.starts[i] ?? 0);
    count += run.starts.length - 1;
    offset += run.body.length + 1;
  }
  starts[count] = offset;
  return { first, last, body, starts };
}

const COMMA = ",".charCodeAt(0);
