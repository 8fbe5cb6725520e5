/** Proves what becomes of the events of a stream: each once, in order, under a number of its own, whatever comes and wherever it is cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logEntrySchema } from "../../../shared/events/tool-event.ts";
import { createBatchReader, writeBatch } from "../../wire/event-batch.ts";
import { createEntryCount } from "./entry-count.ts";
import { createIntake, type Place } from "./event-intake.ts";
import { readSse } from "./sse-reader.ts";

const AT = "2026-11-20T10:00:00.000Z";

interface Seen {
  events: string[];
  numbers: number[];
  place: Place | undefined;
}

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const at of [...cuts, bytes.length]) {
    if (at > from) yield bytes.subarray(from, at);
    from = Math.max(from, at);
  }
}

/** Reads a stream as a session's stream does: batches where an epoch is given, else server-sent events. */
async function read(
  stream: Buffer,
  cuts: readonly number[],
  { trusted, numbers = false, epoch }: { trusted: boolean; numbers?: boolean; epoch?: string },
  place?: Place,
) {
  const seen: Seen = { events: [], numbers: [], place };
  const log = { end: () => seen.numbers.at(-1) ?? place?.seq ?? 0 };
  const intake = createIntake({
    place,
    afterOthers: false,
    log,
    count: createEntryCount(log),
    trusted,
    numbers,
    namesRepeat: false,
    lostAt: undefined,
    iso: () => AT,
    add(seq, source, from, to) {
      seen.numbers.push(seq);
      seen.events.push(source.toString("utf8", from, to));
    },
    publish(at) {
      seen.place = at;
    },
    refused: () => {},
    epoch: () => {},
  });
  if (epoch !== undefined) {
    const reader = createBatchReader();
    for await (const piece of pieces(stream, cuts)) {
      reader.push(Buffer.from(piece), (batch) => intake.takeBatch(batch, epoch));
    }
    intake.flush();
    return seen;
  }
  await readSse(pieces(stream, cuts), { event: (data, id) => intake.take(data, id) });
  intake.flush();
  return seen;
}

const foreign = fc.constantFrom(
  'data: {"token":1,"progress":2,"total":3,"tool":"t","message":"ä€𝄞"}\n\n',
  'data:{ "tool": "t", "token": "x", "progress": -1.5 }\n\n',
  'data: {"tool":"t","message":"a \\"tool\\": \\u00e4 \\n"}\n\n',
  'data: {"message":"tool"}\n\n',
  'data: {"message":"no tool"}\n\n',
  'data: {"tool":"t"}\n\ndata: {"message":"x"}\n\ndata: {"tool":"t"}\n\n',
  'data: {"tool":"t","args":{"a":[1]}}\n\n',
  'data: {"tool":"t"\n\n',
  'data: {"tool":"t"}\r\n\r\n',
  'data: {"tool":"t"}\ndata: \n\n',
  'data: {"tool":\ndata: "t"}\n\n',
  'id: 7\ndata: {"tool":"t"}\n\n',
  'event: message\ndata: {"tool":"t"}\n\n',
  'data: {"tool":"t","message":"\ufeff\u2028"}\n\n',
  '\ufeffdata: {"tool":"t","message":"hidden"}\n\n',
  ": comment\n\n",
  ":\n",
  "\n",
  "\n\n\n",
  "\r",
  "data: not JSON\n\n",
);
const own = fc.oneof(
  fc
    .tuple(fc.constantFrom("e1", "e1", "e1", "e2", "é"), fc.integer({ min: 0, max: 12 }), fc.boolean())
    .map(([epoch, seq, gap]) =>
      gap && seq % 5 === 0
        ? `id: ${epoch}-${seq}\ndata: {"kind":"gap","missed":${seq}}\n\n`
        : `id: ${epoch}-${seq}\ndata: {"kind":"started","call":"c${seq}","tool":"t"}\n\n`,
    ),
  fc.constantFrom(
    'id: e1-007\ndata: {"tool":"t"}\n\n',
    'id: e1-\ndata: {"tool":"t"}\n\n',
    'id: e1-9007199254740993\ndata: {"tool":"t"}\n\n',
    'id: e1-5x\ndata: {"tool":"t"}\n\n',
    "id: e1-8\n\n",
    'id: e1-9\ndata: {"tool":\ndata: "t"}\n\n',
    'id: e1-9\ndata: {"tool":"t"}\nevent: x\n\n',
    ": keep-alive\n\n",
    "\n",
    'data: {"tool":"t"}\n\n',
  ),
);
const invalid = fc.constantFrom(Buffer.from([0xff]), Buffer.from('data: {"tool":"\xc3"}\n\n', "latin1"));

function streamOf(block: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const part = fc.oneof(
    { weight: 12, arbitrary: block.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: invalid },
  );
  return fc.array(part, { maxLength: 14 }).map((parts) => Buffer.concat(parts));
}

describe("a stream of events", () => {
  it.each([
    ["of a daemon that proved nothing", foreign, { trusted: false }],
    ["of our own daemon", own, { trusted: true, numbers: true }],
    ["of our own daemon of an earlier version", own, { trusted: true }],
  ] as const)("%s gives the same events, numbers and places wherever it is cut", async (_, block, from) => {
    const place = fc.constantFrom(undefined, { id: "e1-3", epoch: "e1", seq: 3 });
    const cuts = fc.array(fc.nat(600), { maxLength: 6 }).map((list) => list.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(streamOf(block), cuts, place, async (stream, at, begin) => {
        const seen = await read(stream, at, from, begin);
        expect(seen).toEqual(await read(stream, [], from, begin));
        expect(seen.numbers).toEqual([...new Set(seen.numbers)].toSorted((a, b) => a - b));
        if (from.trusted) return;
        for (const event of seen.events)
          expect(logEntrySchema.safeParse({ seq: 1, at: AT, event: JSON.parse(event) }).success, event).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("of a daemon that proved nothing holds what is JSON of the known shape, byte for byte, and nothing else", async () => {
    const good = [
      '{"tool":"t"}',
      '{ "token": 7, "progress": 4, "total": 10, "message": "…", "tool": "notion", "timestamp": "2026-04-17T10:20:33+00:00" }',
      '{"tool":"t","progress":null}',
      '{"kind":"gap","missed":3}',
      '{"tool":"t","args":{"a":[1]}}',
      '{"tool":"a\\"b","progress":10.0,"token":12345678901234567890}',
      // A field that makes no sense costs itself alone.
      '{"tool":"t","progress":"x"}',
    ];
    const bad = [
      "{}",
      "[]",
      "null",
      '{"tool":"t"',
      '{"tool":"t"}]}',
      '{"tool":"t"}{"tool":"u"}',
      '{"tool":7}',
      '{"tool":"t","kind":"invented"}',
      '{"tool":"a"b"}',
      "{tool:1}",
      `{"tool":"${"x".repeat(5000)}`,
    ];
    const mixed = good.flatMap((text, i) => [text, bad[i] ?? "", bad[i + good.length] ?? ""]);
    const stream = Buffer.from(mixed.map((text) => `data: ${text}\n\n`).join(""));
    expect((await read(stream, [], { trusted: false })).events).toEqual(good);
  });

  it("P1: batches of our daemon give the same entries as its server-sent events, whatever was read before and wherever they are cut", async () => {
    const stream = fc.record({
      epoch: fc.constantFrom("e1", "e2"),
      first: fc.constantFrom(1, 3, 4, 5, 9),
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
      gap: fc.boolean(),
    });
    const place = fc.constantFrom(undefined, { id: "e1-3", epoch: "e1", seq: 3 });
    await fc.assert(
      fc.asyncProperty(stream, place, fc.array(fc.nat(900), { maxLength: 6 }), async (sent, from, at) => {
        const text = (seq: number) =>
          sent.gap && seq === sent.first
            ? '{"kind":"gap","missed":null,"outcomes_lost":true}'
            : `{"tool":"t","seq":${seq}}`;
        let next = sent.first;
        const blocks: string[] = [];
        const batches: Buffer[] = [];
        for (const size of sent.sizes) {
          const numbers = Array.from({ length: size }, (_, i) => next + i);
          blocks.push(...numbers.map((seq) => `id: ${sent.epoch}-${seq}\ndata: ${text(seq)}\n\n`));
          batches.push(
            writeBatch(
              next,
              numbers.map(text),
              numbers.flatMap((seq) => [seq, 0, 0, 0]),
            ),
          );
          next += size;
        }
        const cuts = at.toSorted((a, b) => a - b);
        const how = { trusted: true, numbers: true };
        const seen = await read(Buffer.from(blocks.join("")), cuts, how, from);
        expect(await read(Buffer.concat(batches), cuts, { ...how, epoch: sent.epoch }, from)).toEqual(seen);
      }),
      { numRuns: 300 },
    );
  });
});
