/** Proves that a discovery file can only ever point at this machine, and that half of one points nowhere. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseAddress, parseDiscoveryFile } from "./discovery-file.ts";

describe("the base address", () => {
  it.each([
    "http://127.0.0.1:54500/mcp",
    "http://127.0.0.1:54500/mcp/",
    "http://127.0.0.1:54500",
    "http://127.0.0.1:54500/",
  ])("of %s precedes /mcp", (url) => expect(baseAddress(url)).toEqual({ ok: true, value: "http://127.0.0.1:54500" }));

  it.each([
    "https://127.0.0.1:1/mcp",
    "http://127.0.0.1/mcp",
    "http://evil.test:80/mcp",
    "http://127.0.0.1.evil.test:80/mcp",
    "http://127.0.0.1:80@evil.test/mcp",
    "http://user:pw@127.0.0.1:80/mcp",
    "http://127.0.0.1:80/mcp?x=1",
    "http://127.0.0.1:80/mcp#x",
    "http://127.0.0.1:80/other",
    "http://127.0.0.1:0/mcp",
    "http://127.0.0.1:65536/mcp",
    "http://0.0.0.0:80/mcp",
    "http://2130706433:80/mcp",
    "file:///etc/passwd",
    "",
  ])("A29: %s is refused", (url) => expect(baseAddress(url).ok).toBe(false));
});

describe("a discovery file", () => {
  const text = JSON.stringify({
    url: "http://127.0.0.1:54500/mcp",
    pid: 4711,
    started_at: "2026-01-01T00:00:00Z",
    more: 1,
  });

  it("needs its url alone; unknown fields are ignored", () => {
    expect(parseDiscoveryFile(text)).toMatchObject({ ok: true, value: { base: "http://127.0.0.1:54500", pid: 4711 } });
    expect(parseDiscoveryFile('{"url":"http://localhost:1"}')).toMatchObject({ ok: true });
  });

  it("P3: cut at any byte gives a reason and no address", () => {
    for (let length = 0; length < text.length; length += 1) {
      expect(parseDiscoveryFile(text.slice(0, length)).ok, text.slice(0, length)).toBe(false);
    }
  });

  it("A29: any other JSON or text is a reason, never an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (other) => {
        expect(parseDiscoveryFile(other).ok).toBe(false);
      }),
    );
  });
});
