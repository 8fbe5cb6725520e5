/** Owns the proof that fetching Electron ends, one way or the other, with installers that are real processes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchElectron, findElectron, lastFailure, rememberFailure } from "./electron-binary.ts";

let root: string;
const electron = () => join(root, "node_modules", "electron");
const installer = (code: string) => writeFileSync(join(electron(), "install.js"), code);
const short = { firstByteMs: 400, stallMs: 400, lookMs: 50 };
const patient = { firstByteMs: 15_000, stallMs: 15_000, lookMs: 50 };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "signalbox-start-"));
  mkdirSync(electron(), { recursive: true });
  writeFileSync(join(electron(), "package.json"), JSON.stringify({ version: "45.0.0" }));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("finds the program only when it is really there", () => {
  expect(findElectron(root, {})).toBeUndefined();
  writeFileSync(join(electron(), "path.txt"), "electron");
  expect(findElectron(root, {})).toBeUndefined();
  mkdirSync(join(electron(), "dist"));
  writeFileSync(join(electron(), "dist", "electron"), "");
  expect(findElectron(root, {})).toBe(join(electron(), "dist", "electron"));
  expect(findElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: join(root, "elsewhere") })).toBeUndefined();
});

it("a network that never answers does not hold up the start", async () => {
  installer("setInterval(() => {}, 1000)");
  expect(await fetchElectron(root, short)).toEqual({ ok: false, reason: expect.stringContaining("nothing arrived") });
});

it("a download that goes on arriving is given its time, and its temporary files go", async () => {
  installer(`
    const fs = require("fs"), path = require("path"), os = require("os");
    const file = path.join(os.tmpdir(), "electron.zip");
    const timer = setInterval(() => {
      fs.appendFileSync(file, "x".repeat(1000));
      if (!fs.existsSync(path.join(__dirname, "seen"))) return;
      clearInterval(timer);
      fs.mkdirSync(path.join(__dirname, "dist"));
      fs.writeFileSync(path.join(__dirname, "dist", "electron"), "");
      fs.writeFileSync(path.join(__dirname, "path.txt"), "electron");
    }, 120);`);
  const seen: number[] = [];
  // It goes on until it has been seen to grow.
  const onBytes = (bytes: number) => {
    if (seen.push(bytes) > 1 && bytes > (seen[0] ?? 0)) writeFileSync(join(electron(), "seen"), "");
  };
  expect(await fetchElectron(root, { ...patient, onBytes })).toEqual({ ok: true });
  expect(Math.max(...seen)).toBeGreaterThan(0);
  expect(findElectron(root, {})).toBeDefined();
  expect(existsSync(join(root, "node_modules", ".cache", "signalbox", "fetch"))).toBe(false);
});

it("a download that stops half-way is given up", async () => {
  installer(
    `require("fs").writeFileSync(require("path").join(require("os").tmpdir(), "a"), "half"); setInterval(() => {}, 1000)`,
  );
  expect(await fetchElectron(root, short)).toMatchObject({ ok: false });
});

it("an installer's own error is told in a few words", async () => {
  installer(`console.error(new TypeError("fetch failed").stack); process.exit(1)`);
  expect(await fetchElectron(root, patient)).toEqual({ ok: false, reason: "the network did not let it be fetched" });
});

it("a node_modules that cannot be written is a reason, not an exception", async () => {
  // A file in the way fails for root too, unlike a folder without rights.
  writeFileSync(join(root, "node_modules", ".cache"), "");
  expect(await fetchElectron(root, short)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("node_modules"),
  });
  expect(() => rememberFailure(root, 5, "x")).not.toThrow();
});

it("remembers a failure for this version of Electron only, and survives a damaged note", () => {
  expect(lastFailure(root)).toBeUndefined();
  rememberFailure(root, 5, "no network");
  expect(lastFailure(root)).toMatchObject({ at: 5, reason: "no network" });
  writeFileSync(join(electron(), "package.json"), JSON.stringify({ version: "46.0.0" }));
  expect(lastFailure(root)).toBeUndefined();
  writeFileSync(join(root, "node_modules", ".cache", "signalbox", "electron.json"), "{");
  expect(lastFailure(root)).toBeUndefined();
});
