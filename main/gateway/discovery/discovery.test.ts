/** Proves that a discovery file is acted on only when it is whole, the person's own, and names a daemon that answers. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseDiscoveryFile } from "../../../shared/protocol/discovery-file.ts";
import { startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { listen } from "../../../test/support/listen.ts";
import { homeFolder } from "../../home/home-folder.ts";
import { discoveryCandidates, splitPaths } from "./candidates.ts";
import { findDaemon, readDiscoveryFile, tryCandidate } from "./find-daemon.ts";
import { probeHealth } from "./probe-health.ts";
import { watchFiles } from "./watch-files.ts";

const KEY = "5".repeat(64);
/** For questions that are answered: a machine that is busy with other things may stand still for longer than the product waits. */
const PATIENT_MS = 30_000;
const patient = (base: string, key: string) => probeHealth(base, key, PATIENT_MS);
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "signalbox-discovery-"));
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
async function serverOf(handler: Parameters<typeof createServer>[1]): Promise<{ url: string; server: Server }> {
  const server = createServer(handler);
  const url = await listen(server);
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url, server };
}
const write = (path: string, text: string, mode = 0o600) => {
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};

describe("discovery files", () => {
  it("P3: half a file, at every split, is a reason and never an address", () => {
    const whole = JSON.stringify({ url: "http://127.0.0.1:54500/mcp", pid: 4711, started_at: "2026-11-20T10:00:00Z" });
    const path = join(folder(), "mcp.json");
    for (let at = 0; at < whole.length; at += 1) {
      write(path, whole.slice(0, at));
      expect(readDiscoveryFile(path).outcome, whole.slice(0, at)).toBe("refused");
    }
    write(path, whole);
    expect(readDiscoveryFile(path)).toMatchObject({ outcome: "read", address: { base: "http://127.0.0.1:54500" } });
  });

  it("A29: symlinks, FIFOs, folders, foreign, open, large and hostile files are refused", () => {
    const dir = folder();
    const good = '{"url":"http://127.0.0.1:54500/mcp"}';
    const at = (name: string) => join(dir, name);
    const reason = (path: string) => {
      const read = readDiscoveryFile(path);
      return read.outcome === "refused" ? read.reason : read.outcome;
    };
    symlinkSync(write(at("target"), good), at("link"));
    expect(reason(at("link"))).toMatch(/symbolic link/);
    mkdirSync(at("dir"));
    expect(reason(at("dir"))).toMatch(/regular file|cannot be opened/);
    spawnSync("mkfifo", [at("fifo")]);
    expect(reason(at("fifo"))).toMatch(/regular file/);
    expect(reason(write(at("open"), good, 0o666))).toMatch(/other users/);
    expect(reason(write(at("group"), good, 0o660))).toMatch(/other users/);
    expect(reason(write(at("large"), good + " ".repeat(64 * 1024)))).toMatch(/larger/);
    expect(reason(at("missing"))).toBe("absent");
    expect(reason(join(at("target"), "below"))).toBe("absent");
    for (const text of [
      "",
      "null",
      "[]",
      "{}",
      '{"url":7}',
      '{"url":"http://evil.test:80/mcp"}',
      '{"url":"https://127.0.0.1:1/mcp"}',
      '{"url":"http://127.0.0.1:0/mcp"}',
      '{"url":"http://127.0.0.1:65536/mcp"}',
      '{"url":"http://127.0.0.1/mcp"}',
      '{"url":"http://user:pw@127.0.0.1:1/mcp"}',
      '{"url":"http://127.0.0.1:1/mcp?x=1"}',
      '{"url":"http://127.0.0.1:1/mcp#x"}',
      '{"url":"http://127.0.0.1:1/other"}',
      '{"url":"http://127.0.0.1:1@evil.test/mcp"}',
      '{"url":"http://127.0.0.1.evil.test:1/mcp"}',
      '{"url":"http://2130706433:1/mcp"}',
      '{"url":"file:///etc/passwd"}',
      '{"url":"http://127.0.0.1:1/mcp","pid":-4}',
    ]) {
      expect(reason(write(at("hostile"), text)), text).not.toBe("read");
    }
  });

  it("A29: whatever a file says, its address is loopback or there is none", () => {
    const piece = fc.constantFrom(
      "http://",
      "127.0.0.1",
      "localhost",
      "[::1]",
      ":80",
      ":54500",
      "/mcp",
      "/",
      "@",
      "evil.test",
      "#",
      "?",
      "\\",
      " ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
          fc.string(),
          fc.webUrl(),
        ),
        (url) => {
          const parsed = parseDiscoveryFile(JSON.stringify({ url }));
          if (parsed.ok) expect(["127.0.0.1", "localhost", "[::1]"]).toContain(new URL(parsed.value.base).hostname);
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => typeof parseDiscoveryFile(text).ok === "boolean"));
  });

  it("A29: redirects are not followed, slow and huge answers are none", async () => {
    let reached = false;
    const target = await serverOf((_, response) => {
      reached = true;
      response.end('{"status":"ok"}');
    });
    const redirect = await serverOf((_, response) =>
      response.writeHead(302, { location: `${target.url}/health` }).end(),
    );
    expect(await probeHealth(redirect.url, KEY)).toMatchObject({ outcome: "no-answer" });
    expect(reached).toBe(false);
    const huge = await serverOf((_, response) => response.end(`{"status":"${"x".repeat(100_000)}"}`));
    expect(await patient(huge.url, KEY)).toMatchObject({
      outcome: "no-answer",
      reason: "/health answered too much",
    });
    const silent = await serverOf(() => {});
    const begun = performance.now();
    expect(await probeHealth(silent.url, KEY)).toMatchObject({ outcome: "no-answer", reason: "no answer in time" });
    // 500 ms is promised; a machine that is busy with other things gets more, and what is broken never ends.
    expect(performance.now() - begun).toBeLessThan(20_000);
    const nonsense = await serverOf((_, response) => response.end("<html>"));
    expect(await probeHealth(nonsense.url, KEY)).toMatchObject({ outcome: "no-answer" });
  });

  it("P4: a stranger on our daemon's old port is not used, and receives nothing but a nonce", async () => {
    const stranger = await startScriptedDaemon();
    undo.push(stranger.end);
    const path = join(folder(), "mcp.json");
    stranger.announce(path);
    const { attempt, found } = await tryCandidate({ path, own: true }, KEY, patient);
    expect(found).toBeUndefined();
    expect(attempt.outcome).toBe("unproven");
    expect(stranger.asked).toHaveLength(1);
    expect(stranger.asked[0]?.url).toMatch(/^\/health\?nonce=[0-9a-f]{32}$/);
    expect(stranger.asked[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(stranger.asked)).not.toContain(KEY);
  });

  it("P4: a stranger that passes the question on to our daemon gets nothing, whichever file names it", async () => {
    const own = await startScriptedDaemon({ key: KEY });
    const relay = await serverOf((request, response) => {
      void fetch(own.url + (request.url ?? "")).then(async (answer) => response.end(await answer.text()));
    });
    undo.push(own.end);
    const path = write(join(folder(), "mcp.json"), JSON.stringify({ url: `${relay.url}/mcp` }));
    // The relay's answer is our daemon's own, word for word.
    expect(await patient(relay.url, KEY)).toMatchObject({ outcome: "alive", proven: "earlier" });
    expect(await patient(own.url, KEY)).toMatchObject({ outcome: "alive", proven: "here" });
    expect((await tryCandidate({ path, own: false }, KEY, patient)).found).toMatchObject({ own: false });
    expect((await tryCandidate({ path, own: true }, KEY, patient)).found).toMatchObject({ earlier: true });
    expect(own.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it("P4: a file that a person names is never our own daemon's, also where ours answers there", async () => {
    const own = await startScriptedDaemon({ key: KEY });
    undo.push(own.end);
    const path = join(folder(), "copy.json");
    own.announce(path);
    expect((await tryCandidate({ path, own: false }, KEY, patient)).found).toMatchObject({ own: false });
    // The home's own file stays the home's own, however its path is written.
    const home = homeFolder(folder());
    const given = `${home.path}/logs/../mcp.json`;
    expect(discoveryCandidates(home, [given], "/nowhere")[0]).toEqual({ path: home.discovery, own: true });
  });

  it("P4: an answer to an earlier nonce proves nothing", async () => {
    const seen: string[] = [];
    const replaying = await serverOf((request, response) => {
      seen.push(request.url ?? "");
      response.end(JSON.stringify({ status: "ok", proof: "0".repeat(64) }));
    });
    const first = await patient(replaying.url, KEY);
    await patient(replaying.url, KEY);
    expect(first).toMatchObject({ outcome: "alive", proven: "no" });
    expect(seen[0]).not.toBe(seen[1]);
  });

  it("takes the first that is valid and alive, and says of the others why not", async () => {
    const dir = folder();
    const foreign = await startScriptedDaemon();
    const own = await startScriptedDaemon({ key: KEY });
    undo.push(foreign.end, own.end);
    const at = (name: string) => join(dir, name);
    write(at("dead.json"), '{"url":"http://127.0.0.1:9/mcp"}');
    write(at("bad.json"), "{");
    foreign.announce(at("foreign.json"));
    own.announce(at("own.json"));
    const search = await findDaemon(
      ["missing.json", "bad.json", "dead.json", "foreign.json", "own.json"].map((name) => ({
        path: at(name),
        own: name === "own.json",
      })),
      KEY,
      patient,
    );
    expect(search.attempts.map(({ outcome }) => outcome)).toEqual([
      "absent",
      "refused",
      "no-answer",
      "used",
      "not-tried",
    ]);
    expect(search.found).toMatchObject({ base: foreign.url, own: false });
    const mine = await findDaemon([{ path: at("own.json"), own: true }], KEY, patient);
    expect(mine.found).toMatchObject({ base: own.url, own: true });
  });

  it("looks in the order of the protocol, each file once", () => {
    const home = homeFolder("/h");
    const paths = discoveryCandidates(home, ["/given", "/h/mcp.json"], "/u").map(({ path }) => path);
    expect(paths).toEqual(["/given", "/h/mcp.json", "/u/.construct/mcp.json", "/u/.revka/mcp.json"]);
    expect(splitPaths(undefined)).toEqual([]);
    expect(splitPaths("/a:/b:")).toEqual(["/a", "/b"]);
  });

  it("notices a file that appears, changes, is replaced and goes", async () => {
    const path = join(folder(), "mcp.json");
    let changes = 0;
    let told: () => void = () => {};
    undo.push(
      watchFiles([path], () => {
        changes += 1;
        told();
      }),
    );
    const next = () => new Promise<void>((resolve) => (told = resolve));
    for (const step of [
      () => write(path, "1"),
      () => write(path, "22"),
      () => {
        write(`${path}.tmp`, "3");
        renameSync(`${path}.tmp`, path);
      },
      () => utimesSync(path, 1, 1),
      () => rmSync(path),
    ]) {
      const noticed = next();
      step();
      await noticed;
    }
    expect(changes).toBeGreaterThanOrEqual(5);
  });
});
