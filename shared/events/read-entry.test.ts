/** Proves that what is read quickly is what the schema reads, whatever comes. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { quickReader } from "../protocol/quick-read.ts";
import { check } from "../protocol/schema.ts";
import { readEntry, readStreamEvent } from "./read-entry.ts";
import { logEntrySchema, streamEventSchema, TOOL_EVENT_KINDS, toolEventSchema } from "./tool-event.ts";

const names = [...Object.keys(toolEventSchema.shape), "missed", "outcomes_lost", "__proto__", "constructor", "other"];
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("t", "", "ä", 0, 1, -1.5, 1e21, ...TOOL_EVENT_KINDS, "gap") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      null,
      true,
      Number.POSITIVE_INFINITY,
      [],
      {},
      [1],
      { message: "m" },
      { why: "limit", after_ms: 1 },
    ),
  },
);
const event = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 }))
  // As JSON is decoded: `__proto__` is a field like any other.
  .map(([hasTool, fields]) => {
    const text = [...(hasTool ? [["tool", "t"]] : []), ...fields].map(
      ([name, v]) => `${JSON.stringify(name)}:${v === Number.POSITIVE_INFINITY ? "1e999" : JSON.stringify(v)}`,
    );
    return JSON.parse(`{${text.join(",")}}`) as unknown;
  });

it("reads each event and each entry as its schema does", () => {
  const quick = quickReader(toolEventSchema);
  let quickly = 0;
  fc.assert(
    fc.property(event, (item) => {
      const whole = check(streamEventSchema, item);
      expect(readStreamEvent(item)).toEqual(whole.ok ? whole.value : undefined);
      const entry = { seq: 3, at: "now", event: item };
      const read = check(logEntrySchema, entry);
      expect(readEntry(entry)).toEqual(read.ok ? read.value : undefined);
      quickly += Number(quick(Object(item)) !== undefined);
    }),
    { numRuns: 2_000 },
  );
  expect(quickly).toBeGreaterThan(100);
});

it("reads plain progress without asking the schema, also what a daemon adds that nobody knows", () => {
  const quick = quickReader(toolEventSchema);
  const plain = { token: 7, progress: 4, total: 10, message: "…", tool: "notion", timestamp: "2026-01-01T10:20:33Z" };
  expect(quick(plain)).toEqual(plain);
  expect(quick({ ...plain, kind: "progress", call: "c1", server: "s", seq: 3, mood: { good: true } })).toEqual({
    ...plain,
    kind: "progress",
    call: "c1",
    server: "s",
    seq: 3,
  });
  expect(quick({ ...plain, kind: "invented" })).toBeUndefined();
  expect(quick({ ...plain, args: {} })).toBeUndefined();
});
