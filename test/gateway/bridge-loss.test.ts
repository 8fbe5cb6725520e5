/** Proves that what a daemon sends reaches every client once and in order, across cuts, restarts and slow readers. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { ask, eventClient, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function newHome(): Home {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  return home;
}

async function daemonFor(home: Home, options: { epoch?: string; ring?: number } = {}): Promise<ScriptedDaemon> {
  const daemon = await startScriptedDaemon({
    key: daemonKey(home.home),
    startedAt: `run-${options.epoch ?? "e1"}`,
    ...options,
  });
  daemon.announce(home.home.discovery);
  undo.push(daemon.end);
  return daemon;
}

async function gatewayFor(home: Home): Promise<Gateway> {
  const gateway = await startGateway(home);
  undo.push(gateway.dispose);
  return gateway;
}

async function newSession(gateway: Gateway): Promise<string> {
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/" }),
  });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
}

const progress = (n: number) => ({ kind: "progress", call: "c1", tool: "t", token: 1, progress: n });
const numbers = (client: { entries: { event: unknown }[] }) =>
  client.entries.map(({ event }) => (event as { progress?: number }).progress).filter((n) => n !== undefined);

describe("the way of an event", () => {
  it("P10: an event sent in the very tick of the upgrade arrives, in order", async () => {
    const home = newHome();
    const daemon = await daemonFor(home);
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    await daemon.readers(id, 1);
    const client = eventClient(gateway, id);
    client.socket.on("upgrade", () => {
      for (let n = 1; n <= 50; n += 1) daemon.emit(id, progress(n));
    });
    await client.until(() => client.entries.length === 50);
    expect(numbers(client)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(client.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it("P1: a stream cut at any byte of an event delivers no part of it, and the whole of it afterwards", async () => {
    const home = newHome();
    const daemon = await daemonFor(home);
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    const block = `id: e1-1\ndata: ${JSON.stringify({ ...progress(1), message: "ä€𝄞" })}\n\n`;
    const bytes = Buffer.from(block);
    // One that comes after the first cut would never hear of it.
    await client.until(() => client.statuses.at(-1) === "live");
    for (let at = 1; at < bytes.length; at += 7) {
      await daemon.readers(id, 1);
      daemon.write(id, bytes.subarray(0, at));
      daemon.cut(id);
      await client.until(() => client.statuses.at(-1) === "reconnecting");
      expect(client.entries).toEqual([]);
      await client.until(() => client.statuses.at(-1) === "live");
    }
    daemon.emit(id, { ...progress(1), message: "ä€𝄞" });
    await client.until(() => client.entries.length > 0);
    expect(client.entries).toHaveLength(1);
    expect(client.entries[0]?.event).toMatchObject({ message: "ä€𝄞" });
  });

  it("P2: a daemon that comes back on a new port again and again: seen and announced gaps make up what was sent, nothing twice", async () => {
    const home = newHome();
    let daemon = await daemonFor(home, { epoch: "r0" });
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    const token = daemon.sessions.get(id)?.token ?? "";
    const client = eventClient(gateway, id);
    let sent = 0;
    const rounds = process.env.SIGNALBOX_LONG === "1" ? 100 : 10;
    for (let round = 1; round <= rounds; round += 1) {
      await daemon.readers(id, 1);
      for (const until = sent + 20; sent < until; ) {
        sent += 1;
        daemon.emit(id, progress(sent));
      }
      await client.until(() => numbers(client).at(-1) === sent);
      await daemon.end();
      daemon = await daemonFor(home, { epoch: `r${round}` });
      daemon.sessions.set(id, { id, token, events: [], last: 0, readers: new Set() });
    }
    await daemon.readers(id, 1);
    expect(numbers(client)).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
    const gaps = client.entries.filter(({ event }) => event.kind === "gap");
    // Every run but the first and the silent last one began with a gap that says that outcomes are lost.
    expect(gaps.length).toBe(rounds - 1);
    expect(gaps.every(({ event }) => event.kind === "gap" && event.outcomes_lost === true)).toBe(true);
  }, 300_000);

  it("what came while the link was cut is replayed, once", async () => {
    const home = newHome();
    const daemon = await daemonFor(home);
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    await daemon.readers(id, 1);
    daemon.emit(id, progress(1));
    await client.until(() => client.entries.length === 1);
    daemon.cut(id);
    daemon.emit(id, progress(2));
    daemon.emit(id, progress(3));
    await client.until(() => client.entries.length === 3);
    daemon.emit(id, progress(4));
    await client.until(() => client.entries.length === 4);
    expect(numbers(client)).toEqual([1, 2, 3, 4]);
  });

  it("a ring that no longer reaches back is announced as a gap with its count", async () => {
    const home = newHome();
    const daemon = await daemonFor(home, { ring: 5 });
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    const client = eventClient(gateway, id);
    await daemon.readers(id, 1);
    daemon.emit(id, progress(1));
    await client.until(() => client.entries.length === 1);
    daemon.cut(id);
    for (let n = 2; n <= 21; n += 1) daemon.emit(id, progress(n));
    await client.until(() => numbers(client).at(-1) === 21);
    expect(client.entries[1]?.event).toMatchObject({ kind: "gap", missed: 15 });
    expect(numbers(client)).toEqual([1, 17, 18, 19, 20, 21]);
  });

  it("P1: calls that ran at a daemon that is gone have no known outcome, and none is invented", async () => {
    const home = newHome();
    const daemon = await daemonFor(home, { epoch: "one" });
    const gateway = await gatewayFor(home);
    const id = await newSession(gateway);
    await daemon.readers(id, 1);
    daemon.emit(id, { kind: "started", call: "a", tool: "build" });
    daemon.emit(id, { kind: "started", call: "b", tool: "read" });
    daemon.emit(id, { kind: "finished", call: "b", tool: "read" });
    await vi.waitFor(() => expect(gateway.app().sessions[0]?.calls).toEqual({ total: 2, running: 1, failed: 0 }));
    await daemon.end();
    await daemonFor(home, { epoch: "two" });
    await vi.waitFor(() => expect(gateway.app().sessions[0]?.calls).toEqual({ total: 2, running: 0, failed: 0 }));
    await vi.waitFor(async () => {
      const { calls } = (await ask(gateway, `/api/v1/sessions/${id}/calls`)).json() as { calls: object[] };
      expect(calls).toMatchObject([
        { id: "a", state: "unknown" },
        { id: "b", state: "finished" },
      ]);
    });
  });

  it("a history that is lost loses no session that runs: the daemon has it, its replay included", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const daemon = await startScriptedDaemon({ key, terminals: true });
    undo.push(daemon.end);
    daemon.announce(home.home.discovery);
    daemon.sessions.set("kept", { id: "kept", token: "t", events: [], last: 0, readers: new Set() });
    for (let n = 1; n <= 3; n += 1) daemon.emit("kept", progress(n));
    const gateway = await gatewayFor(home);
    await vi.waitFor(() =>
      expect(gateway.app().sessions).toMatchObject([{ id: "kept", terminal: { state: "running" } }]),
    );
    const client = eventClient(gateway, "kept");
    await client.until(() => client.entries.length === 3);
    expect(numbers(client)).toEqual([1, 2, 3]);
  });

  it("clients that bring the same session of another program share one stream of it, and see all of it once", async () => {
    const home = newHome();
    const daemon = await daemonFor(home);
    const gateway = await gatewayFor(home);
    daemon.sessions.set("guest", { id: "guest", token: "guest-token", events: [], last: 0, readers: new Set() });
    await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
    const clients = [1, 2, 3].map(() => eventClient(gateway, "guest", "&mcp_token=guest-token"));
    await Promise.all(clients.map((client) => client.until(() => client.statuses.includes("live"))));
    for (let n = 1; n <= 5; n += 1) daemon.emit("guest", progress(n));
    for (const client of clients) {
      await client.until(() => client.entries.length >= 5);
      expect(numbers(client)).toEqual([1, 2, 3, 4, 5]);
    }
    expect(daemon.sessions.get("guest")?.readers.size).toBe(1);
    await vi.waitFor(() => expect(gateway.app().sessions.map((session) => session.id)).toEqual(["guest"]));
  });

  it("a gateway that is started again goes on with the numbers, the history and the list", async () => {
    const home = newHome();
    const daemon = await daemonFor(home);
    const first = await startGateway(home);
    const id = await newSession(first);
    await daemon.readers(id, 1);
    for (let n = 1; n <= 30; n += 1) daemon.emit(id, progress(n));
    const before = eventClient(first, id);
    await before.until(() => before.entries.length === 30);
    await first.dispose();
    for (let n = 31; n <= 40; n += 1) daemon.emit(id, progress(n));

    const second = await gatewayFor(home);
    expect(second.app().sessions.map((session) => session.id)).toEqual([id]);
    const resumed = eventClient(second, id, "&after=25");
    await resumed.until(() => resumed.entries.length === 15);
    expect(resumed.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, i) => i + 26));
    expect(numbers(resumed)).toEqual(Array.from({ length: 15 }, (_, i) => i + 26));
    const page = await ask(second, `/api/v1/sessions/${id}/events?after=0&limit=35`);
    const { events, next } = page.json() as { events: { seq: number }[]; next: number };
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
    expect(next).toBe(35);
  });
});
