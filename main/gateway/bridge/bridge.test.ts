/** Proves the log and its cursors: nothing lost, nothing twice, frames within their bound, and conflation that no fold can tell from the truth. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventServerFrameSchema } from "../../../shared/protocol/event-frames.ts";
import { MAX_EVENT_FRAME_BYTES } from "../../../shared/protocol/wire.ts";
import { AT, noHistory, progress, range, reader } from "../../../test/support/gateway/log-reader.ts";
import { packChunks } from "../../../test/support/gateway/pack-chunks.ts";
import { type Chunk, chunkOf, entriesOf, eventText } from "./chunk.ts";
import { type CursorSink, type HistoryItem, openCursor } from "./cursor.ts";
import { createLogRing } from "./session-log.ts";

/** As the journal has it: what lies in the log's memory is written over once it has left the ring. */
const copied = (chunks: readonly Chunk[]): Chunk[] =>
  chunks.map((chunk) => ({
    ...chunk,
    frame: Buffer.from(chunk.frame),
    starts: chunk.starts.slice(),
    slab: undefined,
  }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("chunks", () => {
  it("are valid frames of at most 64 KiB, whatever the events; a larger event stands alone", () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ maxLength: 50 }),
        fc.constantFrom("ä€𝄞", "x".repeat(30_000), "€".repeat(25_000), "y".repeat(70_000)),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 99_999 }), (messages, first) => {
        const events = messages.map((message) => JSON.stringify({ tool: "t", message }));
        const chunks = packChunks(events, first, AT);
        let next = first;
        for (const chunk of chunks) {
          expect(chunk.first).toBe(next);
          next = chunk.last + 1;
          const frame = eventServerFrameSchema.parse(JSON.parse(chunk.frame.toString()));
          if (!("events" in frame)) throw new Error("no events");
          expect(frame.events.map(({ seq }) => seq)).toEqual(range(chunk.first, chunk.last));
          if (chunk.frame.length > MAX_EVENT_FRAME_BYTES) expect(chunk.last).toBe(chunk.first);
          for (let seq = chunk.first; seq <= chunk.last; seq += 1)
            expect(eventText(chunk, seq)).toBe(events[seq - first]);
          const from = chunk.starts[0] ?? 0;
          const copy = chunkOf(
            chunk.first,
            chunk.last,
            entriesOf(chunk, chunk.first, chunk.last),
            chunk.starts.map((start) => start - from),
          );
          expect(copy.frame.equals(chunk.frame)).toBe(true);
        }
        expect(next).toBe(first + events.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("cursors", () => {
  it("P6: 10,000 events to a stalled reader cost it no memory; others see all at once, and it gets the rest when it drains", async () => {
    const ring = createLogRing(256 * 1024);
    const log = ring.open("s");
    const kept: Chunk[] = [];
    const history = async (after: number): Promise<HistoryItem[]> =>
      kept.filter((chunk) => chunk.last > after).slice(0, 5);
    const quick = reader();
    const slow = reader();
    openCursor({ log, after: 0, sink: quick.sink, history, verbatim: false });
    const lagging = openCursor({ log, after: 0, sink: slow.sink, history, verbatim: false });
    slow.sink.open = false;
    for (let n = 1; n <= 10_000; n += 10)
      kept.push(
        ...copied(
          log.append(
            range(n, n + 9).map((i) => progress(i)),
            AT,
          ),
        ),
      );
    expect(ring.bytes).toBeLessThanOrEqual(256 * 1024);
    expect(quick.entries().map(({ seq }) => seq)).toEqual(range(1, 10_000));
    expect(slow.frames).toEqual([]);
    slow.sink.open = true;
    lagging.pump();
    while (slow.entries().length < 10_000) await turn();
    expect(slow.entries().map(({ seq }) => seq)).toEqual(range(1, 10_000));
  });

  it("that lag in a flood get from memory what the journal has not got yet, and it is let go of once the journal has it", () => {
    let unwritten = 0;
    const ring = createLogRing(20_000, () => unwritten);
    const log = ring.open("s");
    const slow = reader();
    slow.sink.open = false;
    const history = () => Promise.reject(new Error("the journal was asked"));
    const cursor = openCursor({ log, after: 0, sink: slow.sink, history, verbatim: false });
    for (let n = 1; n <= 1_000; n += 1) {
      unwritten = ring.bytes + 1_000;
      log.append([progress(n)], AT);
    }
    expect(ring.bytes).toBeGreaterThan(100_000);
    slow.sink.open = true;
    cursor.pump();
    expect(slow.entries().map(({ seq }) => seq)).toEqual(range(1, 1_000));
    unwritten = 50_000;
    ring.shrink();
    expect(ring.bytes).toBeLessThanOrEqual(50_000);
    unwritten = 0;
    ring.trim();
    expect(ring.bytes).toBeLessThanOrEqual(20_000);
    expect(log.find(1_000)).toBeDefined();
  });

  it("announce what is kept nowhere any more, with its numbers, and go on", async () => {
    const log = createLogRing(20_000).open("s");
    for (let n = 1; n <= 1000; n += 1) log.append([progress(n)], AT);
    const late = reader();
    openCursor({ log, after: 10, sink: late.sink, history: noHistory, verbatim: false }).pump();
    await turn();
    const floor = log.floor();
    expect(JSON.parse(late.frames[0] ?? "")).toEqual({ gap: { missed: floor - 10, from: 11, to: floor } });
    expect(late.entries().map(({ seq }) => seq)).toEqual(range(floor + 1, 1000));
  });

  it("resume at any place, with any room, and see each number once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.nat(300),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (batches, resume, room) => {
          const log = createLogRing(4_000).open("s");
          const kept: Chunk[] = [];
          const history = async (after: number) => kept.filter((chunk) => chunk.last > after).slice(0, 2);
          const live = reader();
          const cursor = openCursor({ log, after: 0, sink: live.sink, history, verbatim: false });
          let n = 0;
          batches.forEach((size, i) => {
            live.sink.open = room[i] ?? true;
            kept.push(
              ...copied(
                log.append(
                  range(n + 1, n + size).map((k) => progress(k)),
                  AT,
                ),
              ),
            );
            n += size;
          });
          live.sink.open = true;
          cursor.pump();
          const again = reader();
          const after = Math.min(resume, n);
          openCursor({ log, after, sink: again.sink, history, verbatim: false }).pump();
          for (let i = 0; i < 200 && (live.entries().length < n || again.entries().length < n - after); i += 1)
            await turn();
          expect(live.entries().map(({ seq }) => seq)).toEqual(range(1, n));
          expect(again.entries().map(({ seq }) => seq)).toEqual(range(after + 1, n));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("send what they were given, however long the socket takes: its memory is written again only when it is sent", () => {
    const log = createLogRing(100_000).open("s");
    const held: { frame: Buffer; text: string; sent: () => void }[] = [];
    const sink: CursorSink = {
      room: () => held.length < 40,
      // The very memory that a socket would read from later.
      send: (frame, sent = () => {}) => {
        if (typeof frame !== "string") held.push({ frame, text: frame.toString(), sent });
      },
    };
    const cursor = openCursor({ log, after: 0, sink, history: noHistory, verbatim: false });
    const message = "m".repeat(3_000);
    for (let n = 1; n <= 2_000; n += 1) {
      log.append([progress(n, "c", { message })], AT);
      if (n % 50 !== 0) continue;
      for (const { frame, text } of held) expect(frame.toString() === text).toBe(true);
      for (const { sent } of held.splice(0, n % 100 === 0 ? 40 : 3)) sent();
      cursor.pump();
    }
  });

  it("give each event as it was sent, one a frame, to clients of the original protocol", () => {
    const log = createLogRing().open("s");
    const old = reader();
    openCursor({ log, after: 0, sink: old.sink, history: noHistory, verbatim: true });
    const sent = ['{ "tool": "t", "message": "ä" }', progress(2), '{"tool":"u"}'];
    log.append(sent, AT);
    expect(old.frames).toEqual(sent);
  });

  it("what a client has seen and a killed gateway had not kept is not sent again when the daemon replays it", () => {
    const log = createLogRing().open("s", 100);
    const client = reader();
    openCursor({ log, after: 105, sink: client.sink, history: noHistory, verbatim: false });
    log.append(
      range(101, 107).map((n) => progress(n)),
      AT,
    );
    expect(client.entries().map(({ seq }) => seq)).toEqual([106, 107]);
  });
});
