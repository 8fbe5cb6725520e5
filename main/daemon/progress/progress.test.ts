/** Proves what is kept of a session's events, and what a slow reader costs. */
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listen } from "../../../test/support/listen.ts";
import { createEventRing } from "./event-ring.ts";
import { recordValue } from "./record-value.ts";
import { resumePoint } from "./resume-point.ts";
import { streamEvents } from "./stream-events.ts";

const ids = (text: string) => [...text.matchAll(/^id: \w+-(\d+)$/gm)].map((match) => Number(match[1]));

describe("the ring", () => {
  it("gives every reader what follows its place, whole and in order, however it is bounded and however it reads", () => {
    const plan = fc.array(fc.oneof(fc.constant("append" as const), fc.integer({ min: 0, max: 3_000 })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(plan, fc.integer({ min: 1, max: 50 }), (steps, events) => {
        const ring = createEventRing("e", { events, chars: 100_000 });
        for (const step of steps) {
          if (step === "append") ring.append((seq) => JSON.stringify({ seq }));
          else {
            const after = Math.min(step, ring.last);
            const { text, last } = ring.read(after, 200);
            const first = Math.max(after + 1, ring.first);
            expect(ids(text)).toEqual(Array.from({ length: last - first + 1 }, (_, i) => first + i));
          }
          expect(ring.last - ring.first + 1).toBeLessThanOrEqual(events);
        }
      }),
    );
  });

  it("keeps to its size in memory when events are large, and still has the newest", () => {
    const ring = createEventRing("e", { events: 10_000, chars: 10_000 });
    for (let i = 0; i < 50; i += 1) ring.append(() => "x".repeat(3_000));
    expect(ring.last - ring.first + 1).toBe(3);
    ring.append(() => "x".repeat(50_000));
    expect(ring.last - ring.first + 1).toBe(1);
  });
});

describe("events of a moment", () => {
  it("are written once somebody looks, at the latest a little later, in the order in which they came", async () => {
    const ring = createEventRing("e", { events: 100, chars: 10_000 });
    const written: number[] = [];
    const add = () =>
      ring.append((seq) => {
        written.push(seq);
        return "{}";
      });
    add();
    add();
    expect(written).toEqual([]);
    expect(ring.last).toBe(2);
    expect(written).toEqual([1, 2]);
    const together = new Promise<number>((resolve) => ring.onAppend(() => resolve(ring.last)));
    add();
    add();
    expect(await together).toBe(4);
    add();
    ring.end();
    expect(written).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("a reader's place", () => {
  const ring = { epoch: "abc", last: 10 };

  it("is after the event it names, at the beginning without one, and never in the future", () => {
    expect(resumePoint("abc-4", ring)).toEqual({ after: 4, foreign: false });
    expect(resumePoint("abc-99", ring)).toEqual({ after: 10, foreign: false });
    expect(resumePoint(undefined, ring)).toEqual({ after: 0, foreign: false });
    expect(resumePoint("old-4", ring)).toEqual({ after: 0, foreign: true });
    for (const odd of ["", "abc", "-4", "abc-4-4", "abc-x", `abc-${"9".repeat(40)}`]) {
      expect(resumePoint(odd, ring)).toEqual({ after: 0, foreign: false });
    }
  });
});

describe("a reader that stalls", () => {
  it("P6: costs no memory while 30,000 events pass, then gets the gap and all that is kept", async () => {
    const ring = createEventRing("e", { events: 10_000, chars: 32 * 1024 * 1024 });
    let response: ServerResponse | undefined;
    const server = createServer((_request, answer) => {
      response = answer;
      streamEvents(ring, answer, undefined);
    });
    const address = await listen(server);
    const reader = await new Promise<IncomingMessage>((resolve) => get(address, resolve));
    reader.pause();
    for (let i = 0; i < 30_000; i += 1) {
      ring.append((seq) => JSON.stringify({ seq, message: "m".repeat(300) }));
      if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(response?.writableLength).toBeLessThan(512 * 1024);

    let text = "";
    reader.setEncoding("utf8");
    const whole = new Promise<void>((resolve) => {
      reader.on("data", (part: string) => {
        text += part;
        if (text.includes("id: e-30000\n") && text.endsWith("\n\n")) resolve();
      });
    });
    reader.resume();
    await whole;
    const gaps = [...text.matchAll(/"kind":"gap","missed":(\d+)/g)].map((match) => Number(match[1]));
    const seen = [...text.matchAll(/"seq":(\d+)/g)].map((match) => Number(match[1]));
    expect(seen.length + gaps.reduce((sum, missed) => sum + missed, 0)).toBe(30_000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(seen.length);
    reader.destroy();
    server.close();
    server.closeAllConnections();
  });
});

describe("what is recorded", () => {
  it("is cut at the bound with its full size, never inside a character", () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const value = { text: "x".repeat(shift) + "🦊".repeat(100) };
      const { value: cut, size } = recordValue(value, [], 64);
      expect(size).toBe(Buffer.byteLength(JSON.stringify(value)));
      expect(Buffer.byteLength(String(cut))).toBeLessThanOrEqual(64);
      expect(String(cut)).not.toContain("\uFFFD");
    }
  });

  it("A7: holds no secret at the edge of the cut, wherever it falls", () => {
    const secret = "s3cret-value-of-some-length";
    for (let before = 0; before < 200; before += 1) {
      const { value } = recordValue([`${"x".repeat(before)}${secret}${"y".repeat(300)}`], [secret], 128);
      expect(String(value)).not.toContain("s3cret-v");
    }
  });

  it("is the value itself where it fits", () => {
    expect(recordValue({ a: [1, null, "b"], token: "t" }, [])).toEqual({
      value: { a: [1, null, "b"], token: "••••••" },
    });
  });
});
