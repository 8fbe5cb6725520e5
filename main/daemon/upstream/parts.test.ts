/** Proves the small parts of upstream connections with literal input. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expandConfig, secretValues } from "./expand-config.ts";
import { readServersFile } from "./read-servers-file.ts";
import { openSecretStore } from "./secret-store.ts";
import { splitLines } from "./split-lines.ts";
import { createStderrTail } from "./stderr-tail.ts";

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

describe("servers.json", () => {
  const reason = (text: string) => {
    const read = readServersFile(text);
    return read.ok ? "fine" : read.reason;
  };

  it("names the line and the field of what is wrong", () => {
    expect(reason('{\n "mcpServers": {\n  "a": {"command": "x"},\n  "b": {"url": 7}\n }\n}')).toMatch(
      /^line 4: b: url: /,
    );
    expect(reason('{"mcpServers": {\n "bad name": {"command": "x"}}}')).toMatch(
      /^line 2: "bad name" is no server name/,
    );
    expect(reason('{"mcpServers": {"a": {}}}')).toMatch(/line 1: a: needs a "command"/);
    expect(reason("{\n\n nonsense")).toMatch(/^line 3: /);
    expect(reason("[]")).toMatch(/^line 1: /);
    expect(reason('{"mcpServers":{}}')).toBe("fine");
  });
});

describe("references in servers.json", () => {
  const from = {
    env: { TOKEN: "t0ken-value", EMPTY: "" },
    secret: (name: string) => (name === "KEY" ? "s3cret-value" : undefined),
  };
  const ref = (inside: string) => `\${${inside}}`;
  const header = (authorization: string) => expandConfig({ url: "https://x.test", headers: { authorization } }, from);

  it("are replaced by variables, defaults and kept secrets", () => {
    expect(header(`Bearer ${ref("TOKEN")} ${ref("EMPTY:-none")} ${ref("secret:KEY")} ${ref("NO:-")}`)).toEqual({
      ok: true,
      value: { url: "https://x.test", headers: { authorization: "Bearer t0ken-value none s3cret-value " } },
    });
  });

  it("to nothing keep the server from starting with half of its credentials", () => {
    expect(header(`Bearer ${ref("NOPE")}`)).toEqual({ ok: false, reason: "the variable NOPE is not set" });
    expect(header(`Bearer ${ref("secret:NOPE")}`)).toEqual({ ok: false, reason: "there is no secret NOPE" });
  });

  it("A7: make their values secrets, which nothing that is recorded may hold", () => {
    const config = { command: "x", env: { PLAIN: "plain", FROM: ref("TOKEN"), API_KEY: "written-down" } };
    expect(secretValues(config, from)).toEqual(["t0ken-value", "t0ken-value", "written-down", "written-down"]);
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
