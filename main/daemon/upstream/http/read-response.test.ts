/** Proves that responses are read whole however they are cut, and that nothing odd is taken for one. */
import { describe, expect, it } from "vitest";
import { createResponseReader } from "./read-response.ts";

interface Seen {
  heads: { status: number; type: string | undefined }[];
  body: string;
  ends: { reusable: boolean; idleMs: number | undefined }[];
  wrong: string | undefined;
  closed: boolean | undefined;
}

function read(pieces: readonly string[], close = false): Seen {
  const seen: Seen = { heads: [], body: "", ends: [], wrong: undefined, closed: undefined };
  const reader = createResponseReader({
    head: ({ status, header }) => void seen.heads.push({ status, type: header("content-type") }),
    data: (bytes) => {
      seen.body += bytes.toString("latin1");
    },
    end: (reusable, idleMs) => void seen.ends.push({ reusable, idleMs }),
  });
  for (const piece of pieces) {
    // As from a socket: the same memory is used again.
    const bytes = Buffer.from(piece, "latin1");
    seen.wrong ??= reader.feed(bytes);
    bytes.fill(0);
  }
  if (close) seen.closed = reader.close();
  return seen;
}

const fixed = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\n\r\nhello";
const chunked =
  "HTTP/1.1 200 OK\r\ncontent-type:text/plain \r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n2;x=1\r\nlo\r\n0\r\ntrailer: t\r\n\r\n";
const hints = `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${fixed}`;
const empty = "HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n";

describe("a response", () => {
  it("is the same wherever it is cut", () => {
    for (const text of [fixed, chunked, hints]) {
      for (let at = 0; at <= text.length; at += 1) {
        const seen = read([text.slice(0, at), text.slice(at)].filter((piece) => piece !== ""));
        expect(seen).toMatchObject({ heads: [{ status: 200, type: "text/plain" }], body: "hello", wrong: undefined });
        expect(seen.ends).toEqual([{ reusable: true, idleMs: text === chunked ? undefined : 5_000 }]);
      }
      expect(read([...text]).body).toBe("hello");
    }
  });

  it("may follow another on the same connection, also one without a body", () => {
    const seen = read([empty, fixed, empty]);
    expect(seen.heads.map(({ status }) => status)).toEqual([204, 200, 204]);
    expect(seen.ends.every(({ reusable }) => reusable)).toBe(true);
  });

  it("without a length lasts until the connection ends, and only then is whole", () => {
    const seen = read(["HTTP/1.1 200 OK\r\n\r\nhel", "lo"], true);
    expect(seen).toMatchObject({ body: "hello", closed: true, ends: [{ reusable: false }] });
    for (const cut of [fixed.slice(0, -1), chunked.slice(0, -2), "HTTP/1.1 200", ""]) {
      expect(read([cut], true)).toMatchObject({ closed: false, ends: [] });
    }
  });

  it("is the last on its connection where the server says so, or speaks the older version", () => {
    const last = fixed.replace("Keep-Alive: timeout=5", "Connection: Close");
    expect(read([last]).ends).toEqual([{ reusable: false, idleMs: undefined }]);
    expect(read([fixed.replace("HTTP/1.1", "HTTP/1.0")]).ends[0]?.reusable).toBe(false);
  });

  it("that is odd is refused: two framings, two lengths, folded lines, more than was asked for, heads without end", () => {
    const odd = [
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/1.1 101 Switching\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
      "HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1${"0".repeat(5_000)}`,
      `HTTP/1.1 200 OK\r\na: ${"b".repeat(20_000)}`,
      `${fixed}HTTP/1.1 200 OK\r\n`,
    ];
    for (const text of odd) expect(read([text]).wrong, text.slice(0, 80)).toEqual(expect.any(String));
    expect(read([`${fixed}more`]).ends[0]?.reusable).toBe(false);
  });
});
