/** Proves that batches of events arrive as they were sent, wherever the connection cuts them, and that nothing else is taken for one. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { TOOL_EVENT_KINDS } from "../../shared/events/tool-event.ts";
import { callIn, codeOf, createBatchReader, fieldsIn, kindIn, UNMARKED, writeBatch } from "./event-batch.ts";

const event = fc.record({
  text: fc.constantFrom("{}", '{"message":"ä€𝄞"}', `{"x":"${"y".repeat(3_000)}"}`),
  mark: fc.tuple(fc.nat(), fc.double(), fc.double(), fc.double()),
});
const batch = fc.record({
  first: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 10 }),
  events: fc.array(event, { maxLength: 9 }),
});

it("gives each event with its number and its mark, wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 6 }), fc.array(fc.nat(40_000), { maxLength: 20 }), (batches, at) => {
      const stream = Buffer.concat(
        batches.map(({ first, events }) =>
          writeBatch(
            first,
            events.map(({ text }) => text),
            events.flatMap(({ mark }) => mark),
          ),
        ),
      );
      const reader = createBatchReader();
      const seen: { seq: number; text: string; mark: number[] }[] = [];
      const cuts = [0, ...at.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
      for (let i = 1; i < cuts.length; i += 1) {
        // The memory of a piece is written over once it was taken.
        const piece = Buffer.from(stream.subarray(cuts[i - 1], cuts[i]));
        reader.push(piece, ({ count, first, marks, lengths, bytes, begin }) => {
          let from = begin;
          for (let n = 0; n < count; n += 1) {
            const to = from + (lengths[n] ?? 0);
            seen.push({
              seq: first + n,
              text: bytes.toString("utf8", from, to),
              mark: [...marks.subarray(4 * n, 4 * n + 4)],
            });
            from = to;
          }
        });
        piece.fill(0);
      }
      expect(seen).toEqual(
        batches.flatMap(({ first, events }) =>
          events.map(({ text, mark }, n) => ({ seq: first + n, text, mark: [...mark] })),
        ),
      );
    }),
  );
});

it("refuses what is no batch, and holds no more than one may have", () => {
  const whole = writeBatch(1, ['{"a":1}'], [1, 2, 3, 4]);
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(value, at);
    return bytes;
  };
  for (const bytes of [
    Buffer.from(": stream open\n\ndata: {}\n\n"),
    changed(0, 3),
    changed(0, 0xffff_ffff),
    changed(4, 2),
    changed(4, 0xffff_ffff),
    changed(48, 9),
  ]) {
    expect(() => createBatchReader().push(bytes, () => {}), bytes.toString("hex")).toThrow();
  }
});

it("reads from a code what went into it, for every kind and any number of calls", () => {
  for (const [at, kind] of (["gap", ...TOOL_EVENT_KINDS] as const).entries()) {
    for (const call of [0, 1, 7, 2 ** 32, 2 ** 44]) {
      for (const fields of [0, 1, 5, 7]) {
        const code = codeOf(kind, call, fields);
        expect([kindIn(code), callIn(code), fieldsIn(code)]).toEqual([at + 1, call, fields]);
        expect(code).not.toBe(UNMARKED);
      }
    }
  }
});
