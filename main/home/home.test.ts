/** Proves that a home folder is closed to others, that its secrets are made once, and that the log tells none. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "./create-log.ts";
import { type HomeFolder, homeFolder, prepareHomeFolder } from "./home-folder.ts";
import { daemonProofs, gatewayProofs, judgeProofs } from "./proofs.ts";
import { createSealer } from "./sealer.ts";
import { daemonKey, ownerToken, sameSecret } from "./secrets.ts";

let folder: string;
let home: HomeFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-home-"));
  home = homeFolder(join(folder, "home"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the home folder", () => {
  it("is --home, else SIGNALBOX_HOME, else ~/.signalbox", () => {
    expect(homeFolder("/a", { SIGNALBOX_HOME: "/b" }).path).toBe("/a");
    expect(homeFolder(undefined, { SIGNALBOX_HOME: "/b" }).path).toBe("/b");
    expect(homeFolder(undefined, {}).path).toMatch(/[/\\]\.signalbox$/);
  });

  it("is created 0700, and closed when it was left open", () => {
    prepareHomeFolder(home);
    chmodSync(home.path, 0o755);
    prepareHomeFolder(home);
    expect(statSync(home.path).mode & 0o777).toBe(0o700);
  });

  it("is refused in words that say what to do when a file stands in its place or on its way", () => {
    writeFileSync(home.path, "");
    expect(() => prepareHomeFolder(home)).toThrow(/cannot be made: a file stands in its place\. Choose .* --home/);
    expect(() => prepareHomeFolder(homeFolder(join(home.path, "in-a-file")))).toThrow(/a part of its path is a file/);
  });
});

describe("the secrets", () => {
  beforeEach(() => prepareHomeFolder(home));

  it("are made once and kept, 0600, 256 bits each", () => {
    const [key, token] = [daemonKey(home), ownerToken(home)];
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(token).not.toBe(key);
    expect([daemonKey(home), ownerToken(home)]).toEqual([key, token]);
    expect(statSync(home.daemonKey).mode & 0o777).toBe(0o600);
  });

  it("are not guessed at when the file is damaged", () => {
    writeFileSync(home.daemonKey, "half", { mode: 0o600 });
    expect(() => daemonKey(home)).toThrow(/damaged/);
  });

  it("P4: a proof depends on the key, the nonce and the port that its giver listens on, and holds no key", () => {
    const proof = daemonProofs("k1", "n1", 1).port_proof;
    expect(proof).toMatch(/^[0-9a-f]{64}$/);
    const others = [daemonProofs("k2", "n1", 1), daemonProofs("k1", "n2", 1), daemonProofs("k1", "n1", 2)];
    expect(
      new Set([proof, ...others.map((other) => other.port_proof), gatewayProofs("k1", "n1", 1).port_proof]).size,
    ).toBe(5);
    expect(judgeProofs(daemonProofs("k1", "n1", 1), daemonProofs("k1", "n1", 2))).toBe("earlier");
  });

  it("A7: what is sealed is read with the same key and purpose, unchanged, and by nobody else", () => {
    const sealer = createSealer("key", "a");
    const sealed = sealer.seal("täxt");
    expect(sealed).not.toContain("täxt");
    expect(sealed).not.toBe(sealer.seal("täxt"));
    expect(sealer.open(sealed)).toBe("täxt");
    expect(createSealer("other", "a").open(sealed)).toBeUndefined();
    expect(createSealer("key", "b").open(sealed)).toBeUndefined();
    // Not the last character: some of its bits may stand for nothing.
    const changed = sealed.slice(0, -8) + (sealed.at(-8) === "A" ? "B" : "A") + sealed.slice(-7);
    for (const bad of ["", "täxt", sealed.slice(0, -4), sealed.slice(0, 12), changed, "sealed.1."])
      expect(sealer.open(bad), bad).toBeUndefined();
  });

  it("A8: are compared whatever their lengths", () => {
    expect(sameSecret("a", "a")).toBe(true);
    expect(sameSecret("a", "")).toBe(false);
    expect(sameSecret("a", "a".repeat(100_000))).toBe(false);
  });
});

describe("the log", () => {
  it("A7: is there when the call returns, 0600, and holds no secret in fields, names or messages", () => {
    const file = join(folder, "logs", "gateway.log");
    const canary = "canary-0123456789";
    const log = createLog({ name: "gateway", file, secrets: () => [canary] });
    log.info({ token: "anything", url: `http://x/?token=${canary}` }, `connected with ${canary}`);
    log.error({ error: new Error(`refused ${canary}`) }, "failed");
    const text = readFileSync(file, "utf8");
    expect(text.split("\n").filter(Boolean)).toHaveLength(2);
    expect(text).toContain("connected with ••••••");
    expect(text).not.toContain(canary);
    expect(text).not.toContain("anything");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
