/** Proves that a file that is handed to a session is kept whole and private under a harmless name, or not at all. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MAX_HANDED_FILE_BYTES } from "../../shared/protocol/wire.ts";
import { keepFile, safeName } from "./session-files.ts";

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "signalbox-files-"));
  folder = join(home, "run", "s", "files");
});
afterEach(() => rmSync(home, { recursive: true }));

async function* body(...chunks: (string | Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
  }
}

it("P36: keeps it whole, for its owner alone, and never over another one", async () => {
  const first = await keepFile(folder, "shot.png", body("one ", "two"));
  const second = await keepFile(folder, "shot.png", body("other"));
  expect(first).toMatchObject({ ok: true, value: { path: join(folder, "shot.png"), bytes: 7 } });
  expect(second).toMatchObject({ ok: true, value: { path: join(folder, "shot-2.png") } });
  expect(readFileSync(join(folder, "shot.png"), "utf8")).toBe("one two");
  if (process.platform !== "win32") {
    expect(statSync(join(folder, "shot.png")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  }
});

it("P36: leaves nothing of one that is too large or broke off", async () => {
  const mega = new Uint8Array(1024 * 1024);
  const chunks = Array.from({ length: MAX_HANDED_FILE_BYTES / mega.length }, () => mega);
  expect(await keepFile(folder, "ok", body(...chunks))).toMatchObject({ ok: true });
  expect(await keepFile(folder, "big", body(...chunks, "x"))).toMatchObject({ fault: { code: "too-large" } });
  expect(await keepFile(folder, "cut", body("half", new Error("gone")))).toMatchObject({
    fault: { code: "broke-off" },
  });
  expect(readdirSync(folder)).toEqual(["ok"]);
});

it("bounds how many a session has", async () => {
  for (let at = 0; at < 200; at += 1) await keepFile(folder, `f${at}`, null);
  expect(await keepFile(folder, "more", body("x"))).toMatchObject({ fault: { code: "too-many-files" } });
});

it.each([
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\a b.png", "a-b.png"],
  ["-rf ~; $(x)`y`.png", "rf-x-y.png"],
  [".bashrc", "bashrc"],
  ["Bildschirmfoto 2026-12-01 um 10.00.00 – ä.png", "Bildschirmfoto-2026-12-01-um-10.00.00-a.png"],
  ["日本.png", "file.png"],
  ["", "file"],
  ["con.txt", "file.txt"],
  ["\u202egnp.exe\u0000\n", "gnp.exe"],
  [`${"x".repeat(300)}.png`, `${"x".repeat(76)}.png`],
])("A28: %j is kept as %s", (name, safe) => expect(safeName(name)).toBe(safe));
