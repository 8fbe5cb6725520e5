/** Proves the small parts of upstream connections with literal input. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSecretStore } from "./config/secret-store.ts";
import { splitLines } from "./stdio/split-lines.ts";
import { createStderrTail } from "./stdio/stderr-tail.ts";

describe("lines of a server's output", () => {
  it("P8: come out whole wherever the bytes are split, also inside a character", () => {
    const bytes = Buffer.from('{"a":"ü€🦊"}\r\n\n{"b":1}\nrest');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const lines: string[] = [];
      const feed = splitLines(
        1000,
        (line) => lines.push(line),
        () => lines.push("too long"),
      );
      feed(bytes.subarray(0, cut));
      feed(bytes.subarray(cut));
      expect(lines).toEqual(['{"a":"ü€🦊"}', "", '{"b":1}']);
    }
  });

  it("P7: over the bound are told once and cost nothing of the next line, wherever they are split", () => {
    const bytes = Buffer.from(`${"x".repeat(20)}\nok\n`);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const lines: string[] = [];
      const feed = splitLines(
        10,
        (line) => lines.push(line),
        () => lines.push("too long"),
      );
      feed(bytes.subarray(0, cut));
      feed(bytes.subarray(cut));
      expect(lines).toEqual(["too long", "ok"]);
    }
  });
});

describe("standard error", () => {
  it("A26: is kept up to its end, without colours, with control characters made visible", () => {
    const tail = createStderrTail();
    tail.append(Buffer.from("old ".repeat(10_000)));
    tail.append(Buffer.from("\n\u001b[31mred\u001b[0m \u0007bell\nlast\n"));
    expect(tail.text().length).toBeLessThan(17_000);
    expect(tail.text()).toContain("red ␇bell");
    expect(tail.summary(20)).toBe("red ␇bell ⏎ last");
  });
});

describe("kept secrets", () => {
  it("survive in a file that only the person can read, and a damaged one is not overwritten", () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-secrets-"));
    const path = join(folder, "secrets.json");
    const store = openSecretStore(path);
    expect(store.set("KEY", "value")).toBe(true);
    expect(store.set("bad name", "value")).toBe(false);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(openSecretStore(path).get("KEY")).toBe("value");
    expect(store.remove("KEY")).toBe(true);
    expect(openSecretStore(path).names()).toEqual([]);
    writeFileSync(path, "{", { mode: 0o600 });
    expect(() => openSecretStore(path)).toThrow(/damaged/);
    rmSync(folder, { recursive: true });
  });
});
