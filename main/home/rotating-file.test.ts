/** Proves that a log cannot fill the disk, keeps what came last, and ends nothing when the disk is full. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLog } from "./create-log.ts";
import { openRotatingFile } from "./rotating-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("never takes more than its files times their size, keeps the newest lines whole and in order, and is private", () => {
  const path = join(folder, "x.log");
  const line = (i: number) => `${JSON.stringify({ i, text: "ä".repeat(i % 40) })}\n`;
  let file = openRotatingFile(path, { maxBytes: 1000, files: 3 });
  for (let i = 0; i < 500; i += 1) {
    file.write(line(i));
    // A later start goes on in the same files.
    if (i % 97 === 0) file = openRotatingFile(path, { maxBytes: 1000, files: 3 });
    expect(readFileSync(path, "utf8").endsWith(line(i))).toBe(true);
  }
  expect(readdirSync(folder).sort()).toEqual(["x.log", "x.log.1", "x.log.2"]);
  const kept: number[] = [];
  for (const name of ["x.log.2", "x.log.1", "x.log"]) {
    const { size, mode } = statSync(join(folder, name));
    expect(size).toBeLessThanOrEqual(1000);
    expect(mode & 0o777).toBe(0o600);
    for (const text of readFileSync(join(folder, name), "utf8").trim().split("\n")) kept.push(JSON.parse(text).i);
  }
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 500 - kept.length + i));
  expect(kept.length).toBeGreaterThan(30);
});

it("a line longer than a file gets one of its own", () => {
  const path = join(folder, "x.log");
  const file = openRotatingFile(path, { maxBytes: 100, files: 2 });
  for (const text of ["short\n", `${"x".repeat(500)}\n`, "last\n"]) file.write(text);
  expect(readFileSync(path, "utf8")).toBe("last\n");
  expect(readFileSync(`${path}.1`, "utf8")).toHaveLength(501);
});

it.runIf(process.platform === "linux")("P16: a full disk loses the log's lines and ends nothing", () => {
  const log = createLog({ name: "test", file: "/dev/full" });
  for (let i = 0; i < 100; i += 1) log.error({ error: new Error("no room") }, "a line that cannot be written");
  log.fatal("nor this");
});
