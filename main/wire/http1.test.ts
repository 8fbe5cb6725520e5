/** Proves that a response has one meaning: it is the same wherever it is cut, and what two readers could take differently is refused. */
import { describe, expect, it } from "vitest";
import { bodyDecoder, readHead } from "./http1.ts";

const chunked = () => bodyDecoder({ status: 200, fields: new Map([["transfer-encoding", "chunked"]]) });

describe("a chunked body", () => {
  it("is the same wherever a chunked one is split", () => {
    const wire = Buffer.from("5\r\nhello\r\n1;a=b\r\n \r\n00a\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\nignored");
    for (let a = 0; a <= wire.length; a += 1) {
      for (let b = a; b <= wire.length; b += 1) {
        const decoder = bodyDecoder({ status: 200, fields: new Map([["transfer-encoding", "chunked"]]) });
        let content = "";
        for (const [from, to] of [
          [0, a],
          [a, b],
          [b, wire.length],
        ] as const) {
          const bytes = Buffer.from(wire);
          content += bytes.toString("latin1", from, decoder.take(bytes, from, to));
        }
        expect(content).toBe("hello 0123456789");
        expect(decoder.ended).toBe(true);
      }
    }
  });

  it("ends where its last line ends, and says so", () => {
    const bytes = Buffer.from("1\r\na\r\n0\r\n\r\nHTTP/1.1");
    const decoder = chunked();
    expect(bytes.toString("latin1", 0, decoder.take(bytes, 0, bytes.length))).toBe("a");
    expect(bytes.toString("latin1", decoder.stopped)).toBe("HTTP/1.1");
  });

  it.each([
    ["a size that ends without CR", "1\na\r\n0\r\n\r\n"],
    ["data that ends without CR", "1\r\na\n0\r\n\r\n"],
    ["an extension that ends without CR", "1;x\na\r\n0\r\n\r\n"],
    ["a trailer that ends without CR", "0\r\nx: y\n\r\n"],
    ["an end without CR", "0\r\n\n"],
    ["a lone CR after a size", "1\ra\r\n0\r\n\r\n"],
    ["a lone CR in a trailer", "0\r\nx\ry\r\n\r\n"],
    ["a size with a sign", "+1\r\na\r\n"],
    ["a size with a prefix", "0x1\r\na\r\n"],
    ["text after a size", "1 a\r\na\r\n"],
    ["no size", ";x\r\n"],
    ["a chunk over 4 GiB", "100000000\r\n"],
    ["an extension without end", `1;${"x".repeat(5_000)}`],
    ["spaces without end", `1${" ".repeat(5_000)}`],
    ["trailers without end", `0\r\n${"x: y\r\n".repeat(1_000)}`],
  ])("with %s is refused", (_, text) => {
    const bytes = Buffer.from(text);
    expect(() => chunked().take(bytes, 0, bytes.length)).toThrow(/^(?:a|no) /);
  });
});

it.each([
  ["two framings", "transfer-encoding: chunked\r\ncontent-length: 3"],
  ["two lengths", "content-length: 3\r\ncontent-length: 4"],
  ["a length with a sign", "content-length: +3"],
  ["another coding", "transfer-encoding: gzip, chunked"],
  ["a space before the colon", "content-length : 3"],
  ["a folded line", "a: b\r\n c"],
  ["no name", ": b"],
])("a head with %s is refused", (_, lines) => {
  expect(() => bodyDecoder(readHead(`HTTP/1.1 200 OK\r\n${lines}`))).toThrow(/^a /);
});

it("a response that may have no body has none, whatever its head says", () => {
  for (const status of [204, 304]) {
    expect(bodyDecoder(readHead(`HTTP/1.1 ${status} x\r\ncontent-length: 3`)).ended).toBe(true);
  }
});
