/** Proves that the short way through a stream sees exactly the events that the long way sees, whatever comes and wherever it is cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logEntrySchema } from "../../../shared/events/tool-event.ts";
import { createIntake, type Place } from "./event-intake.ts";
import { readSse } from "./sse-reader.ts";

const AT = "2026-11-20T10:00:00.000Z";

interface Seen {
  events: string[];
  place: Place | undefined;
  breaks: number[];
}

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const at of [...cuts, bytes.length]) {
    if (at > from) yield bytes.subarray(from, at);
    from = Math.max(from, at);
  }
}

/** Reads a stream as a session's stream does; `short` false leaves the short way out. Gives what was seen, and how many events took it. */
async function read(stream: Buffer, cuts: readonly number[], short: boolean, trusted: boolean, place?: Place) {
  const seen: Seen = { events: [], place, breaks: [] };
  let quick = 0;
  const intake = createIntake({
    place,
    trusted,
    lostAt: undefined,
    iso: () => AT,
    add: (source, from, to) => seen.events.push(source.toString("utf8", from, to)),
    publish(at) {
      seen.place = at;
    },
    broken: () => seen.breaks.push(seen.events.length),
    refused: () => {},
  });
  await readSse(pieces(stream, cuts), {
    event: (data, id) => intake.take(data, id),
    ...(short && {
      blocks(blocks, from) {
        const before = seen.events.length;
        const end = intake.takeBlocks(blocks, from);
        quick += seen.events.length - before;
        return end;
      },
    }),
  });
  intake.flush();
  return { seen, quick };
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

describe("the short way through a stream", () => {
  it.each([
    ["of a daemon that proved nothing", foreign, false],
    ["of our own daemon", own, true],
  ] as const)(
    "%s gives the same events, places and breaks as the parser, wherever it is cut",
    async (_, block, trusted) => {
      const place = fc.constantFrom(undefined, { id: "e1-3", epoch: "e1", seq: 3 });
      const cuts = fc.array(fc.nat(600), { maxLength: 6 }).map((list) => list.toSorted((a, b) => a - b));
      let quick = 0;
      await fc.assert(
        fc.asyncProperty(streamOf(block), cuts, place, async (stream, at, from) => {
          const short = await read(stream, at, true, trusted, from);
          const long = await read(stream, at, false, trusted, from);
          expect(short.seen).toEqual(long.seen);
          if (!trusted) {
            for (const event of short.seen.events)
              expect(logEntrySchema.safeParse({ seq: 1, at: AT, event: JSON.parse(event) }).success, event).toBe(true);
          }
          quick += short.quick;
        }),
        { numRuns: 1_000 },
      );
      expect(quick).toBeGreaterThan(20);
    },
  );

  it("is the way of all plain events, but for the one that a read cut in two", async () => {
    const block = (n: number) =>
      `data: {"token":1,"progress":${n},"tool":"t","timestamp":"${AT}","message":"m ${n}"}\n\n`;
    const stream = Buffer.from(`: open\n\n${Array.from({ length: 1000 }, (_, n) => block(n)).join("")}`);
    const { seen, quick } = await read(stream, [20_000, 40_000], true, false);
    expect(seen.events).toHaveLength(1000);
    expect(quick).toBeGreaterThanOrEqual(998);
  });
});
