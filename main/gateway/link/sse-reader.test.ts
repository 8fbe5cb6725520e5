/** Proves that an event stream is read as the HTML specification says, wherever its bytes are split. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EVENT_CHARACTERS, readSse } from "./sse-reader.ts";

async function* pieces(bytes: Uint8Array, splits: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const at of [...splits, bytes.length]) {
    if (at > from) yield bytes.subarray(from, at);
    from = Math.max(from, at);
  }
}

async function read(bytes: Uint8Array | string, splits: readonly number[] = [], max?: number) {
  const events: { data: string; id: string | undefined }[] = [];
  const raw = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  await readSse(pieces(raw, splits), { event: (data, id) => events.push({ data, id }) }, max);
  return events;
}

/** The rules of https://html.spec.whatwg.org/multipage/server-sent-events.html §9.2.6, said as plainly as possible. */
function reference(bytes: Uint8Array): string[] {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replace(/^\ufeff/, "");
  const events: string[] = [];
  let data: string[] = [];
  const lines = text.split(/\r\n|\n|\r/);
  lines.pop();
  for (const line of lines) {
    if (line === "") {
      if (data.length > 0) events.push(data.join("\n"));
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
  }
  return events;
}

describe("the event stream", () => {
  it("P9: CR, LF, CRLF, BOM, comments, NUL ids, a bad retry and an event cut by the end follow the specification", async () => {
    const cases: [string, string[]][] = [
      ["data: a\n\n", ["a"]],
      ["data: a\r\rdata: b\r\n\r\ndata: c\n\n", ["a", "b", "c"]],
      ["\ufeffdata: a\n\n", ["a"]],
      ["\ufeff\ufeffdata: a\n\ndata: b\n\n", ["b"]],
      [": comment\ndata: a\n: x\ndata: b\n\n", ["a\nb"]],
      ["data:a\ndata:  b\ndata\n\n", ["a\n b\n"]],
      ["retry: soon\ndata: a\n\n", ["a"]],
      ["id: 1\n\nevent: x\n\ndata: a\n\n", ["a"]],
      ["data: a\n\ndata: cut", ["a"]],
      ["data: a\n\ndata: cut\n", ["a"]],
      ["other: x\ndata: a\n\n", ["a"]],
      ["data: \u0000\n\n", ["\u0000"]],
    ];
    for (const [text, expected] of cases) {
      const bytes = Buffer.from(text);
      for (let at = 0; at <= bytes.length; at += 1) {
        expect(
          (await read(bytes, [at])).map(({ data }) => data),
          JSON.stringify(text),
        ).toEqual(expected);
      }
    }
    expect(await read("id: a\u0000b\ndata: x\n\n")).toEqual([{ data: "x", id: undefined }]);
    expect(await read("id: e1-7\ndata: x\n\n")).toEqual([{ data: "x", id: "e1-7" }]);
  });

  it("P8: invalid UTF-8 and characters split at every byte read as a streaming decoder reads them", async () => {
    const texts = [
      Buffer.from('data: "ä€𝄞\u2028"\n\n'),
      Buffer.from([...Buffer.from("data: "), 0xff, 0xc3, 0x28, 0xe2, 0x82, 10, 10]),
    ];
    for (const bytes of texts) {
      const expected = reference(bytes);
      for (let a = 0; a <= bytes.length; a += 1) {
        for (let b = a; b <= bytes.length; b += 1) {
          expect((await read(bytes, [a, b])).map(({ data }) => data)).toEqual(expected);
        }
      }
    }
  });

  it("P9: any bytes in any pieces give what the specification gives", async () => {
    const token = fc.constantFrom(
      "data",
      "id",
      ":",
      " ",
      "\n",
      "\r",
      "\r\n",
      "a",
      "ä",
      "𝄞",
      "\ufeff",
      "retry",
      "event",
      "\n\n",
      "data: x\n",
      "\u0000",
    );
    const stream = fc.array(token, { maxLength: 40 }).map((parts) => Buffer.from(parts.join("")));
    await fc.assert(
      fc.asyncProperty(stream, fc.array(fc.nat(120), { maxLength: 6 }), async (bytes, cuts) => {
        const splits = cuts.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b);
        expect((await read(bytes, splits)).map(({ data }) => data)).toEqual(reference(bytes));
      }),
      { numRuns: 400 },
    );
  });

  it("P9: reads what Node's own fetch delivers exactly as it reads the bytes", async () => {
    const text = "\ufeff: hi\r\ndata: one\rdata: two\n\nid: 3\ndata: ä€𝄞\r\n\r\ndata: cut";
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const events: string[] = [];
      if (response.body === null) throw new Error("no body");
      await readSse(response.body, { event: (data) => events.push(data) });
      expect(events).toEqual(["one\ntwo", "ä€𝄞"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("P7: a line of a million characters is exact; one without an end is a clear error, and the next stream is fine", async () => {
    const long = "x".repeat(1_000_000);
    const [event] = await read(`data: ${long}\n\n`, [1, 2, 65_536, 500_000]);
    expect(event?.data === long).toBe(true);
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("data: ");
      const megabyte = Buffer.alloc(1024 * 1024, 0x78);
      for (let i = 0; i < 64; i += 1) yield megabyte;
    }
    let taken = 0;
    await expect(readSse(endless(), { event: () => (taken += 1) }, MAX_EVENT_CHARACTERS)).rejects.toThrow(
      /exceed|max/i,
    );
    expect(taken).toBe(0);
    expect(await read("data: fine\n\n")).toHaveLength(1);
  });
});
