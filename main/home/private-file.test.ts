/** Proves that the home folder's small files are read and written whole, by their owner alone. */

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createPrivateFile,
  readPrivateFile,
  removeIfOurs,
  removeLeftTemporaries,
  writePrivateFile,
} from "./private-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const refusal = (path: string) => expect(readPrivateFile(path, 1024));

it("what killed processes left of their writes is removed, once no write can be under way, and nothing else", () => {
  for (const name of [".0123456789ab.tmp", "servers.json", ".notes.tmp", ".0123456789ab.tmp.bak"]) {
    writePrivateFile(at(name), "secret");
  }
  removeLeftTemporaries(folder);
  expect(readdirSync(folder)).toHaveLength(4);
  removeLeftTemporaries(folder, Date.now() + 11 * 60_000);
  expect(readdirSync(folder).sort()).toEqual([".0123456789ab.tmp.bak", ".notes.tmp", "servers.json"]);
  removeLeftTemporaries(at("nowhere"));
});

describe("reading a private file", () => {
  it("gives its text, and `absent` where there is none", () => {
    writePrivateFile(at("a"), "text");
    refusal(at("a")).toMatchObject({ outcome: "read", text: "text" });
    refusal(at("b")).toEqual({ outcome: "absent" });
    refusal(at("a/b")).toEqual({ outcome: "absent" });
  });

  it("A29: refuses a symbolic link, a folder, a FIFO, a file that others may write, and one that is too large", () => {
    writePrivateFile(at("target"), "{}");
    symlinkSync(at("target"), at("link"));
    refusal(at("link")).toMatchObject({ outcome: "refused", reason: "it is a symbolic link" });
    mkdirSync(at("folder"));
    refusal(at("folder")).toMatchObject({ outcome: "refused", reason: "it is not a regular file" });
    execFileSync("mkfifo", [at("fifo")]);
    refusal(at("fifo")).toMatchObject({ outcome: "refused", reason: "it is not a regular file" });
    writeFileSync(at("open"), "{}");
    chmodSync(at("open"), 0o622);
    refusal(at("open")).toMatchObject({ outcome: "refused", reason: expect.stringContaining("chmod 600") });
    writeFileSync(at("large"), "x".repeat(1025), { mode: 0o600 });
    refusal(at("large")).toMatchObject({ outcome: "refused", reason: "it is larger than 1024 bytes" });
  });

  it.runIf(process.getuid?.() === 0)("A29: refuses a file that belongs to another user", () => {
    writePrivateFile(at("a"), "{}");
    execFileSync("chown", ["65534", at("a")]);
    refusal(at("a")).toMatchObject({ outcome: "refused", reason: "it belongs to another user" });
  });
});

describe("writing a private file", () => {
  it("makes it 0600 and leaves no temporary file", () => {
    writePrivateFile(at("a"), "one");
    writePrivateFile(at("a"), "two");
    expect(statSync(at("a")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("lets one of two creators win", () => {
    expect(createPrivateFile(at("key"), "first")).toBe(true);
    expect(createPrivateFile(at("key"), "second")).toBe(false);
    refusal(at("key")).toMatchObject({ text: "first" });
    expect(readdirSync(folder)).toEqual(["key"]);
  });

  it("P25: removes only what is still ours", () => {
    writePrivateFile(at("a"), "ours");
    writePrivateFile(at("b"), "theirs");
    removeIfOurs(at("a"), "ours");
    removeIfOurs(at("b"), "ours");
    removeIfOurs(at("c"), "ours");
    expect(readdirSync(folder)).toEqual(["b"]);
  });
});
