/** Proves that an event has the number that its daemon gave it, in every history and for good: links to it and readers that resume stay right. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { BATCHES } from "../../main/wire/event-batch.ts";
import type { LogEntry } from "../../shared/events/tool-event.ts";
import { scripted } from "../support/daemon/start-daemon.ts";
import { ask, eventClient, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const AGENT = join(import.meta.dirname, "../fixtures/agents/call-tool.ts");

function newHome(): Home {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  writeFileSync(home.home.servers, JSON.stringify({ mcpServers: { tools: scripted() } }), { mode: 0o600 });
  return home;
}

async function entriesOf(gateway: Gateway, id: string): Promise<LogEntry[]> {
  const page = await ask(gateway, `/api/v1/sessions/${id}/events?after=0&limit=1000`);
  return (page.json() as { events: LogEntry[] }).events;
}

async function newSession(gateway: Gateway, ...args: string[]): Promise<string> {
  const wanted = { agent: "custom", cwd: "/", command: process.execPath, args: [AGENT, ...args] };
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(wanted) });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
}

const kinds = (entries: readonly LogEntry[]) => entries.map(({ event }) => event.kind);
const outline = (entries: readonly LogEntry[]) => entries.map(({ seq, event }) => [seq, event]);

/** Numbers rise, and an event of the daemon has the one that the daemon wrote into it. */
function expectTheDaemonsNumbers(entries: readonly LogEntry[]): void {
  let before = 0;
  for (const { seq, event } of entries) {
    expect(seq).toBeGreaterThan(before);
    before = seq;
    if (event.kind !== "gap") expect(event.seq).toBe(seq);
  }
}

const stopDaemon = (gateway: Gateway) => () =>
  ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });

it("P32: a history that begins again, as that of another gateway does, has the same events under the same numbers", async () => {
  const home = newHome();
  const first = await startGateway(home, { startDaemon: true });
  const id = await newSession(first, "echo", '{"text":"hello"}');
  await vi.waitFor(async () => expect(kinds(await entriesOf(first, id))).toEqual(["started", "finished"]));
  const seen = await entriesOf(first, id);
  expectTheDaemonsNumbers(seen);
  await first.dispose();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(home.home.database + suffix, { force: true });
  const second = await startGateway(home);
  undo.push(second.dispose, stopDaemon(second));
  await vi.waitFor(async () => expect(outline(await entriesOf(second, id))).toEqual(outline(seen)));
});

it("P32: a daemon that is killed gives no number again: the restarted session goes on above, behind one gap, and a reader resumes across it", async () => {
  const home = newHome();
  const gateway = await startGateway(home, { startDaemon: true });
  undo.push(gateway.dispose, stopDaemon(gateway));
  const id = await newSession(gateway, "hang");
  await vi.waitFor(async () => expect(kinds(await entriesOf(gateway, id))).toEqual(["started"]));
  process.kill(gateway.app().daemon.pid ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(gateway.app().daemon.state).not.toBe("connected"));
  await ask(gateway, "/api/v1/daemon/start", { method: "POST", body: "{}" });
  // Nobody will tell how the call ends: the daemon that does not have the session says so, under a number of its own.
  await vi.waitFor(async () => expect(kinds(await entriesOf(gateway, id))).toEqual(["started", "gap"]));
  const [, over] = await entriesOf(gateway, id);

  const again = await ask(gateway, `/api/v1/sessions/${id}/restart`, { method: "POST", body: "{}" });
  expect(again.status, again.text).toBe(200);
  await vi.waitFor(
    async () => expect(kinds(await entriesOf(gateway, id))).toEqual(["started", "gap", "gap", "started"]),
    30_000,
  );
  const entries = await entriesOf(gateway, id);
  expectTheDaemonsNumbers(entries);
  const resumed = eventClient(gateway, id, `&after=${over?.seq}`);
  await resumed.until(() => resumed.entries.length === 2);
  expect(resumed.entries.map(({ seq }) => seq)).toEqual(entries.slice(2).map(({ seq }) => seq));
});

describe("a journal that an earlier version numbered", () => {
  const SESSION = "s1-one";
  const progress = (n: number) => ({ kind: "progress", call: "c1-two", tool: "deploy", progress: n });

  function oldHome(): Home {
    const home = newHome();
    const packed = readFileSync(join(import.meta.dirname, "../fixtures/journals/numbered-by-the-gateway.db.gz"));
    writeFileSync(home.home.database, gunzipSync(packed), { mode: 0o600 });
    return home;
  }

  for (const features of [
    ["replay", "notices"],
    ["replay", "notices", "unique-calls", "numbers", "batches"],
  ]) {
    it(`goes on where it was with the daemon that still runs, event by event (${features.at(-1)})`, async () => {
      const home = oldHome();
      const daemon = await startScriptedDaemon({ key: daemonKey(home.home), epoch: "two", startedAt: "two", features });
      undo.push(daemon.end);
      // Its events 1 and 2 are entries 10 and 11.
      daemon.sessions.set(SESSION, { id: SESSION, token: "t", events: [], last: 2, readers: new Set() });
      daemon.announce(home.home.discovery);
      for (let start = 0; start < 3; start += 1) {
        const gateway = await startGateway(home);
        await daemon.readers(SESSION, 1);
        daemon.emit(SESSION, progress(2 + start));
        const numbers = Array.from({ length: 12 + start }, (_, i) => i + 1);
        await vi.waitFor(async () =>
          expect((await entriesOf(gateway, SESSION)).map(({ seq }) => seq)).toEqual(numbers),
        );
        expect((await entriesOf(gateway, SESSION)).at(-1)?.event).toMatchObject({ progress: 2 + start });
        // A daemon that can send batches is asked for them, and may answer as it likes.
        const reading = daemon.asked.findLast(({ url }) => url === `/session/${SESSION}/events`);
        expect(reading?.headers.accept).toBe(features.includes("batches") ? BATCHES : "text/event-stream");
        await gateway.dispose();
        await vi.waitFor(() => expect(daemon.sessions.get(SESSION)?.readers.size).toBe(0));
      }
    });
  }

  it("goes on above its numbers at a daemon of today, and what ran is said to be over", async () => {
    const home = oldHome();
    const gateway = await startGateway(home, { startDaemon: true });
    undo.push(gateway.dispose, stopDaemon(gateway));
    await vi.waitFor(async () => expect((await entriesOf(gateway, SESSION)).map(({ seq }) => seq)).toHaveLength(12));
    const again = await ask(gateway, `/api/v1/sessions/${SESSION}/restart`, { method: "POST", body: "{}" });
    expect(again.status, again.text).toBe(200);
    await vi.waitFor(async () => expect(await entriesOf(gateway, SESSION)).toHaveLength(13));
    const entries = await entriesOf(gateway, SESSION);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    expect(kinds(entries).slice(8)).toEqual(["gap", "started", "progress", "gap", "gap"]);
    const { calls } = (await ask(gateway, `/api/v1/sessions/${SESSION}/calls`)).json() as {
      calls: { state: string }[];
    };
    expect(calls.map(({ state }) => state)).toEqual(["finished", "finished", "unknown", "unknown"]);
    expect(existsSync(join(home.home.path, "numbers.db"))).toBe(true);
  });
});
