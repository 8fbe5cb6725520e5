/** Proves that fetching Electron ends, one way or the other, with installers that are real processes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchElectron, findElectron, lastFailure, networkEnvironment, rememberFailure } from "./electron-binary.ts";

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

/** What Electron's installer leaves when it is done. */
function unpacked(version = "45.0.0"): void {
  mkdirSync(join(electron(), "dist"), { recursive: true });
  writeFileSync(join(electron(), "dist", "version"), `v${version}`);
  writeFileSync(join(electron(), "dist", "electron"), "");
  writeFileSync(join(electron(), "path.txt"), "electron");
}

it("finds the program only when it is whole", () => {
  expect(findElectron(root, {})).toBeUndefined();
  unpacked();
  expect(findElectron(root, {})).toBe(join(electron(), "dist", "electron"));
  expect(findElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: join(root, "elsewhere") })).toBeUndefined();
  rmSync(join(electron(), "dist", "electron"));
  expect(findElectron(root, {})).toBeUndefined();
});

it("an unpacking that was interrupted, or another version's, does not count as Electron", () => {
  unpacked();
  rmSync(join(electron(), "path.txt"));
  expect(findElectron(root, {})).toBeUndefined();
  unpacked("44.9.9");
  expect(findElectron(root, {})).toBeUndefined();
  unpacked();
  rmSync(join(electron(), "dist", "version"));
  expect(findElectron(root, {})).toBeUndefined();
});

it("a program of one's own needs no installer's marks", () => {
  const own = join(root, "own");
  mkdirSync(own);
  writeFileSync(join(own, "electron"), "");
  writeFileSync(join(electron(), "path.txt"), "electron");
  expect(findElectron(root, { ELECTRON_OVERRIDE_DIST_PATH: own })).toBe(join(own, "electron"));
});

it("what was left half unpacked is removed before the next attempt, and fetched again", async () => {
  unpacked();
  rmSync(join(electron(), "path.txt"));
  writeFileSync(join(electron(), "dist", "half"), "half");
  installer(`
    const fs = require("fs"), path = require("path");
    const dist = path.join(__dirname, "dist");
    if (fs.existsSync(dist)) throw new Error("mixed");
    fs.mkdirSync(dist);
    for (const [name, text] of [["version", "45.0.0"], ["electron", ""]]) fs.writeFileSync(path.join(dist, name), text);
    fs.writeFileSync(path.join(__dirname, "path.txt"), "electron");`);
  expect(await fetchElectron(root, patient)).toEqual({ ok: true });
  expect(findElectron(root, {})).toBeDefined();
});

it("an archive from the installer's cache is given the time that its unpacking takes", async () => {
  // Nothing arrives in the temporary folder, and it takes several times the bound for the first byte.
  installer(`
    const fs = require("fs"), path = require("path");
    const dist = path.join(__dirname, "dist");
    fs.mkdirSync(dist);
    let written = 0;
    const timer = setInterval(() => {
      fs.writeFileSync(path.join(dist, "part" + written), "x");
      if (++written < 20) return;
      clearInterval(timer);
      fs.writeFileSync(path.join(dist, "version"), "45.0.0");
      fs.writeFileSync(path.join(dist, "electron"), "");
      fs.writeFileSync(path.join(__dirname, "path.txt"), "electron");
    }, 100);`);
  expect(await fetchElectron(root, { firstByteMs: 1_000, stallMs: 15_000, lookMs: 50 })).toEqual({ ok: true });
  expect(findElectron(root, {})).toBeDefined();
});

it("the network is the one that npm knows, unless the person's own variables say otherwise", () => {
  const npm = { npm_config_https_proxy: "http://p:1", npm_config_noproxy: "intern", npm_config_cafile: "/ca.pem" };
  expect(networkEnvironment(npm)).toMatchObject({
    HTTPS_PROXY: "http://p:1",
    NO_PROXY: "intern",
    NODE_EXTRA_CA_CERTS: "/ca.pem",
    NODE_USE_SYSTEM_CA: "1",
    NODE_USE_ENV_PROXY: "1",
  });
  expect(networkEnvironment({ npm_config_proxy: "http://p:2" })).toMatchObject({
    HTTPS_PROXY: "http://p:2",
    HTTP_PROXY: "http://p:2",
  });
  const own = networkEnvironment({ ...npm, https_proxy: "http://mine", NODE_USE_SYSTEM_CA: "0" });
  expect(own).not.toHaveProperty("HTTPS_PROXY");
  expect(own).toMatchObject({ https_proxy: "http://mine", NODE_USE_SYSTEM_CA: "0" });
  expect(networkEnvironment({ npm_config_https_proxy: "null" })).not.toHaveProperty("HTTPS_PROXY");
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
      fs.writeFileSync(path.join(__dirname, "dist", "version"), "45.0.0");
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
