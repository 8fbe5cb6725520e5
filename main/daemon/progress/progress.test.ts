/** Proves what is kept of a session's events, and what a slow reader costs. */
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageTexts } from "../../../shared/events/call-texts.ts";
import { readCall } from "../../../shared/events/read-call.ts";
import { toolEventSchema } from "../../../shared/events/tool-event.ts";
import { listen } from "../../../test/support/listen.ts";
import { recordValue } from "../../home/results/record-value.ts";
import { BATCHES, callIn, codeOf, createBatchReader, fieldsIn } from "../../wire/event-batch.ts";
import { createCallRecorder } from "./call-recorder.ts";
import { createEventRing } from "./event-ring.ts";
import { resumePoint } from "./resume-point.ts";
import { streamEvents } from "./stream-events.ts";

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
            const { first, events: read, marks } = ring.read(after, 200);
            expect(first).toBe(Math.max(after + 1, ring.first));
            expect(read).toEqual(read.map((_, i) => JSON.stringify({ seq: first + i })));
            expect(read.length > 0).toBe(after < ring.last);
            expect(marks).toHaveLength(4 * read.length);
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
  const ring = { epoch: "abc", base: 0, last: 10 };

  it("is after the event it names, at the beginning without one, and never in the future", () => {
    expect(resumePoint("abc-4", ring)).toEqual({ after: 4, foreign: false });
    expect(resumePoint("abc-99", ring)).toEqual({ after: 10, foreign: false });
    expect(resumePoint(undefined, ring)).toEqual({ after: 0, foreign: false });
    expect(resumePoint("old-4", ring)).toEqual({ after: 0, foreign: true });
    for (const odd of ["", "abc", "-4", "abc-4-4", "abc-x", `abc-${"9".repeat(40)}`]) {
      expect(resumePoint(odd, ring)).toEqual({ after: 0, foreign: false });
    }
    const later = { epoch: "abc", base: 500, last: 510 };
    expect(resumePoint(undefined, later)).toEqual({ after: 500, foreign: false });
    expect(resumePoint("abc-507", later)).toEqual({ after: 507, foreign: false });
    expect(resumePoint("old-4", later)).toEqual({ after: 500, foreign: true });
  });
});

describe("a reader that asks for batches", () => {
  it("gets what server-sent events tell, with the mark of each event", async () => {
    const ring = createEventRing("e", { events: 5, chars: 1_000_000 }, { base: 500, reach() {} });
    const recorder = createCallRecorder({ ring, offset: () => 0, secrets: () => [], now: () => 1_000 });
    const call = recorder.start({ tool: "t", server: "s", token: undefined, args: {} });
    for (const progress of [1, 2, 3, 4]) call.progress({ progress, ...(progress === 4 && { total: 9, message: "ä" }) });
    call.end({ kind: "finished", result: {} });
    const address = await listen(
      createServer((request, answer) =>
        streamEvents(ring, answer, { lastEventId: "old-1", accept: request.headers.accept }),
      ),
    );
    const response = await new Promise<IncomingMessage>((resolve) =>
      get(address, { headers: { accept: BATCHES } }, resolve),
    );
    expect(response.headers["content-type"]).toBe(`${BATCHES}; epoch=e`);
    const reader = createBatchReader();
    const seen: unknown[] = [];
    await new Promise<void>((resolve) =>
      response.on("data", (piece: Buffer) =>
        reader.push(piece, ({ count, first, marks, lengths, bytes, begin }) => {
          let from = begin;
          for (let i = 0; i < count; i += 1) {
            const { kind, seq, outcomes_lost } = JSON.parse(bytes.toString("utf8", from, from + (lengths[i] ?? 0)));
            from += lengths[i] ?? 0;
            const [code = 0, progress, total, at] = marks.subarray(4 * i, 4 * i + 4);
            seen.push([
              first + i,
              seq ?? outcomes_lost,
              code === codeOf(kind, callIn(code), fieldsIn(code)),
              callIn(code),
              fieldsIn(code),
              progress,
              total,
              at,
            ]);
          }
          if (first + count - 1 === ring.last) resolve();
        }),
      ),
    );
    response.destroy();
    const none = Number.NaN;
    expect(seen).toEqual([
      // It stands for the first event, which is kept no more.
      [501, true, true, 0, 0, none, none, expect.any(Number)],
      [502, 502, true, 1, 1, 1, none, 1_000],
      [503, 503, true, 1, 1, 2, none, 1_000],
      [504, 504, true, 1, 1, 3, none, 1_000],
      [505, 505, true, 1, 7, 4, 9, 1_000],
      [506, 506, true, 1, 0, none, none, 1_000],
    ]);
  });
});

describe("a reader that stalls", () => {
  it("P6: costs no memory while 30,000 events pass, then gets the gap and all that is kept", async () => {
    const ring = createEventRing("e", { events: 10_000, chars: 32 * 1024 * 1024 });
    let response: ServerResponse | undefined;
    const server = createServer((_request, answer) => {
      response = answer;
      streamEvents(ring, answer, { lastEventId: undefined });
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
  const picture = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64");
  const image = (bytes: number) => ({ type: "image", mimeType: "image/png", data: picture(bytes) });
  const text = (length: number, of = "x") => ({ type: "text", text: of.repeat(length) });
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const MAX = 256 * 1024;
  const keeper = () => {
    const kept = new Map<string, string>();
    const keep = (base64: string) => {
      const name = `p${kept.size}`;
      kept.set(name, base64);
      return name;
    };
    return { kept, keep };
  };

  it("is cut at the bound with its full size, never inside a character", () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const value = { text: "x".repeat(shift) + "🦊".repeat(100) };
      const { value: cut, size, parts } = recordValue(value, [], 64);
      expect(size).toBe(bytesOf(value));
      expect(bytesOf(cut)).toBeLessThanOrEqual(64);
      expect(JSON.stringify(cut)).not.toContain("\uFFFD");
      const kept = Buffer.byteLength((cut as { text: string }).text);
      expect(parts).toEqual([{ at: "/text", bytes: shift + 400, left_out: shift + 400 - kept }]);
    }
  });

  it("A7: holds no secret at the edge of the cut, wherever it falls", () => {
    const secret = "s3cret-value-of-some-length";
    for (let before = 0; before < 200; before += 1) {
      const { value } = recordValue([`${"x".repeat(before)}${secret}${"y".repeat(300)}`], [secret], 128);
      expect(JSON.stringify(value)).not.toContain("s3cret-v");
    }
    for (let after = 0; after < 300; after += 1) {
      const text = `begin ${"x".repeat(4_000)}${secret}${"y".repeat(after)}`;
      const { value } = recordValue(text, [secret], 1_024);
      expect(String(value)).toMatch(/^begin x+\n… [\d,]+ bytes left out …\n/);
      expect(String(value).replaceAll("••••••", "")).not.toMatch(/s3cret|length|of-some|-value/);
    }
    // Where secrets become so much shorter that the end of what was read comes before the cut.
    const many = recordValue({ text: secret.repeat(20_000), token: "hidden ".repeat(50_000) }, [secret], 300_000);
    expect(JSON.stringify(many.value).replaceAll("••••••", "")).not.toMatch(/s3cret|hidden/);
  });

  it("is the value itself where it fits", () => {
    expect(recordValue({ a: [1, null, "b"], token: "t" }, [])).toEqual({
      value: { a: [1, null, "b"], token: "••••••" },
    });
  });

  it("keeps a picture, sound or blob whole beside it, and all the rest in it", () => {
    const { kept, keep } = keeper();
    const blob = { type: "resource", resource: { uri: "a://b", mimeType: "application/pdf", blob: picture(60_000) } };
    const result = {
      content: [
        text(10),
        image(8 * 1024 * 1024),
        { type: "audio", mimeType: "audio/wav", data: picture(40_000) },
        blob,
      ],
      structuredContent: { rows: [1, 2] },
      _meta: { a: 1 },
    };
    const { value, size, parts } = recordValue(result, [], MAX, keep);
    expect(value).toEqual({
      content: [
        text(10),
        { type: "image", mimeType: "image/png" },
        { type: "audio", mimeType: "audio/wav" },
        { type: "resource", resource: { uri: "a://b", mimeType: "application/pdf" } },
      ],
      structuredContent: { rows: [1, 2] },
      _meta: { a: 1 },
    });
    expect(parts).toEqual([
      { at: "/content/1/data", bytes: 8 * 1024 * 1024, kept: "p0" },
      { at: "/content/2/data", bytes: 40_000, kept: "p1" },
      { at: "/content/3/resource/blob", bytes: 60_000, kept: "p2" },
    ]);
    expect(size).toBeUndefined();
    expect(kept.get("p0")).toBe(picture(8 * 1024 * 1024));
  });

  it("keeps the contents of parts of kinds that are not known yet, wherever they have them", () => {
    const { kept, keep } = keeper();
    const parts = [
      { type: "video", mimeType: "video/mp4", data: picture(300_000) },
      { type: "picture", source: { type: "base64", media_type: "image/png", data: picture(30_000) } },
      { type: "table", data: { rows: [1] } },
    ];
    const { value, parts: marks, size } = recordValue({ content: parts }, [], MAX, keep);
    expect(value).toEqual({
      content: [
        { type: "video", mimeType: "video/mp4" },
        { type: "picture", source: { type: "base64", media_type: "image/png" } },
        { type: "table", data: { rows: [1] } },
      ],
    });
    expect(marks?.map(({ at }) => at)).toEqual(["/content/0/data", "/content/1/source/data"]);
    expect(size).toBeUndefined();
    expect(kept.get("p0")).toBe(picture(300_000));
  });

  it("says of a picture that is too large, or that the disk refused, how large it was, and stays small", () => {
    const { kept, keep } = keeper();
    const large = recordValue({ content: [image(8 * 1024 * 1024 + 1)] }, [], MAX, keep);
    const refused = recordValue({ content: [image(500_000)] }, [], MAX, () => undefined);
    expect(kept.size).toBe(0);
    expect(large.parts).toEqual([{ at: "/content/0/data", bytes: 8 * 1024 * 1024 + 1 }]);
    expect(refused.parts).toEqual([{ at: "/content/0/data", bytes: 500_000 }]);
    expect(refused.size).toBeGreaterThan(500_000);
    expect(bytesOf([large.value, refused.value])).toBeLessThan(500);
  });

  it("keeps a bounded number and sum of them", () => {
    const { kept, keep } = keeper();
    const many = recordValue({ content: Array.from({ length: 200 }, () => image(20_000)) }, [], MAX, keep);
    expect(kept.size).toBe(64);
    expect(many.parts).toHaveLength(101);
    const sums = keeper();
    recordValue({ content: Array.from({ length: 6 }, () => image(8 * 1024 * 1024)) }, [], MAX, sums.keep);
    expect(sums.kept.size).toBe(4);
  });

  it("cuts each text on its own: a small one beside a huge one is whole, and two huge ones have the same", () => {
    const result = { content: [text(3_000_000), text(2_000, "s"), text(3_000_000, "é")], isError: true };
    const { value, parts } = recordValue(result, []);
    const { content } = value as { content: { type: string; text: string }[] };
    expect(content[1]).toEqual(text(2_000, "s"));
    expect(content[0]?.text).toMatch(/^x{80000,}\n… 2,8\d\d,\d{3} bytes left out …\nx{40000,}$/);
    expect(Buffer.byteLength(content[2]?.text ?? "")).toBeGreaterThan(120_000);
    expect(content[2]?.text).toMatch(/^é+\n… 5,8\d\d,\d{3} bytes left out …\né+$/);
    expect(value).toMatchObject({ isError: true });
    expect(bytesOf(value)).toBeLessThanOrEqual(MAX);
    expect(parts).toMatchObject([
      { at: "/content/0/text", bytes: 3_000_000 },
      { at: "/content/2/text", bytes: 6_000_000 },
    ]);
    expect(content[0]?.text).toContain(`… ${parts?.[0]?.left_out?.toLocaleString("en-US")} bytes left out …`);
  });

  it("says how many rows of a structured result, and which of its metadata, are missing", () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ n, name: `row ${n}` }));
    const result = {
      content: [text(100)],
      structuredContent: { rows, total: 50_000 },
      _meta: { note: "m".repeat(2_000_000) },
    };
    const { value, parts } = recordValue(result, []);
    const shown = value as { structuredContent: { rows: unknown[]; total: number }; content: unknown };
    expect(shown.content).toEqual([text(100)]);
    expect(shown.structuredContent.total).toBe(50_000);
    const cut = parts?.find(({ at }) => at === "/structuredContent/rows");
    expect((cut?.items ?? 0) + shown.structuredContent.rows.length).toBe(50_000);
    expect(parts).toContainEqual(expect.objectContaining({ at: "/_meta/note", bytes: 2_000_000 }));
    expect(bytesOf(value)).toBeLessThanOrEqual(MAX);
  });

  it("stays within its bound, whatever the value is made of", () => {
    const leaf = fc.oneof(
      fc.string({ maxLength: 400, unit: "binary" }),
      fc.constantFrom("\u0000".repeat(300), '"'.repeat(500), "\ud800".repeat(200)),
      fc.double(),
      fc.constant(null),
    );
    const { value: any } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 12 },
        leaf,
        fc.array(tie("value"), { maxLength: 30 }),
        fc.dictionary(fc.string({ maxLength: 90 }), tie("value"), { maxKeys: 20 }),
      ),
    }));
    fc.assert(
      fc.property(any, fc.integer({ min: 200, max: 4_000 }), (value, max) => {
        const { value: cut, parts = [] } = recordValue(value, [], max);
        expect(bytesOf(cut)).toBeLessThanOrEqual(max * 1.5);
        if (bytesOf(value) > max * 2) expect(parts.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("what a server says beside its error", () => {
  const recorded = (data: unknown) => {
    const ring = createEventRing("e", { events: 10, chars: 1_000_000 });
    const recorder = createCallRecorder({ ring, offset: () => 0, secrets: () => ["s3cret-value"] });
    const call = recorder.start({ tool: "t", server: "s", token: undefined, args: {} });
    call.end({ kind: "failed", error: { code: -32602, message: "Invalid params", data } });
    const last = ring.read(1, 1_000_000).events[0] ?? "";
    return toolEventSchema.parse(JSON.parse(last));
  };

  it("is kept with the call, found by its words, and holds no secret", () => {
    const { error, parts } = recorded({ path: ["user", "zipcode"], key: "s3cret-value", hint: "five digits" });
    expect(error).toEqual({
      code: -32602,
      message: "Invalid params",
      data: { path: ["user", "zipcode"], key: "••••••", hint: "five digits" },
    });
    expect(parts).toBeUndefined();
    expect(messageTexts({ message: undefined, error })).toEqual(expect.arrayContaining(["zipcode", "five digits"]));
    expect(readCall({ ...CALL, error })?.error).toEqual(error);
  });

  it("is cut where it is long, with its size, and absent where the server gave none", () => {
    const { error, parts } = recorded({ stack: "x".repeat(100_000) });
    expect(JSON.stringify(error).length).toBeLessThan(17_000);
    expect(parts).toMatchObject([{ at: "/error/data/stack", bytes: 100_000 }]);
    expect(recorded(null).error).toEqual({ code: -32602, message: "Invalid params" });
  });
});

const CALL = { id: "c1", tool: "t", state: "failed", startedAt: "a", updatedAt: "a", firstSeq: 1, lastSeq: 2 };
