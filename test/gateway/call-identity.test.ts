/** Proves that a call of one run of a daemon is never taken for a call of another, whichever daemon and however it went. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import { deepLink, parseDeepLink } from "../../shared/links/deep-link.ts";
import { scripted } from "../support/daemon/start-daemon.ts";
import { ask, eventClient, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import {
  type ScriptedDaemon,
  type ScriptedDaemonOptions,
  startScriptedDaemon,
} from "../support/gateway/scripted-daemon.ts";

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

/** Where a daemon that is not ours announces itself. */
const foreignFile = (home: Home) => join(home.home.path, "foreign.json");
const start = (home: Home, startDaemon = false) => startGateway(home, { startDaemon, discovery: [foreignFile(home)] });

async function gatewayFor(home: Home, startDaemon = false): Promise<Gateway> {
  const gateway = await start(home, startDaemon);
  undo.push(gateway.dispose);
  return gateway;
}

interface ShownCall {
  id: string;
  tool: string;
  state: string;
  message?: string;
  durationMs?: number;
  mixed?: true;
}

async function callsOf(gateway: Gateway, session: string): Promise<ShownCall[]> {
  const answer = await ask(gateway, `/api/v1/sessions/${session}/calls`);
  return (answer.json() as { calls: ShownCall[] }).calls;
}

const shown = (calls: readonly ShownCall[]) => calls.map(({ tool, state }) => `${tool} ${state}`);

describe("a daemon that is not ours and counts its calls from 1 in every run", () => {
  const SESSION = { id: "guest" };
  /** Each run gives tokens of its own. */
  const tokenOf = ({ startedAt = "only" }: ScriptedDaemonOptions) => `token-of-${startedAt}`;

  async function run(home: Home, options: ScriptedDaemonOptions): Promise<ScriptedDaemon> {
    const daemon = await startScriptedDaemon(options);
    daemon.sessions.set(SESSION.id, { ...SESSION, token: tokenOf(options), events: [], last: 0, readers: new Set() });
    daemon.announce(foreignFile(home));
    undo.push(daemon.end);
    return daemon;
  }

  async function look(gateway: Gateway, daemon: ScriptedDaemon) {
    await vi.waitFor(() => expect(gateway.app().daemon).toMatchObject({ state: "connected", url: daemon.url }));
    const client = eventClient(gateway, SESSION.id, `&mcp_token=${daemon.sessions.get(SESSION.id)?.token}`);
    await daemon.readers(SESSION.id, 1);
    await client.until(() => client.statuses.includes("live"));
    return client;
  }

  const unread = (daemon: ScriptedDaemon) =>
    vi.waitFor(() => expect(daemon.sessions.get(SESSION.id)?.readers.size).toBe(0));

  function tell(daemon: ScriptedDaemon, word: string): void {
    for (const call of ["c1", "c2"]) daemon.emit(SESSION.id, { kind: "started", call, tool: `${word}-${call}` });
    daemon.emit(SESSION.id, { kind: "progress", call: "c1", tool: `${word}-c1`, progress: 1 });
    daemon.emit(SESSION.id, { kind: "finished", call: "c2", tool: `${word}-c2`, duration_ms: 5 });
  }

  const FIRST = ["one-c1 unknown", "one-c2 finished"];

  for (const ids of [false, true]) {
    const how = ids ? "with ids" : "without ids";
    it(`P26: has the calls of each run apart, ${how}, and a reconnection to the same run makes none`, async () => {
      const home = newHome();
      const gateway = await gatewayFor(home);
      const one = await run(home, { ids, epoch: "aaa", startedAt: "one" });
      const client = await look(gateway, one);
      tell(one, "one");
      await vi.waitFor(async () => expect(await callsOf(gateway, SESSION.id)).toHaveLength(2));
      one.cut(SESSION.id);
      await client.until(() => client.entries.some(({ event }) => event.kind === "gap"));
      one.emit(SESSION.id, { kind: "progress", call: "c1", tool: "one-c1", progress: 2 });
      await client.until(() => client.entries.some(({ event }) => event.kind === "progress" && event.progress === 2));
      expect(shown(await callsOf(gateway, SESSION.id))).toEqual(["one-c1 running", "one-c2 finished"]);
      await one.end();

      const two = await run(home, { ids, epoch: "bbb", startedAt: "two" });
      await look(gateway, two);
      tell(two, "two");
      await vi.waitFor(() => expect(gateway.app().sessions[0]?.calls).toEqual({ total: 4, running: 1, failed: 0 }));
      const calls = await callsOf(gateway, SESSION.id);
      expect(shown(calls)).toEqual([...FIRST, "two-c1 running", "two-c2 finished"]);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
      for (const { id } of calls) {
        expect(parseDeepLink(deepLink({ session: SESSION.id, call: id }))).toEqual({ session: SESSION.id, call: id });
      }
      const found = (await ask(gateway, "/api/v1/search?q=two-c2")).json() as { hits: { call: ShownCall }[] };
      expect(found.hits.map(({ call }) => call.id)).toEqual([calls[3]?.id]);
    });
  }

  it("P26: has them apart when the gateway was away meanwhile, and not when the same run is found again", async () => {
    const home = newHome();
    const first = await start(home);
    const one = await run(home, { startedAt: "one" });
    await look(first, one);
    tell(one, "one");
    await vi.waitFor(async () => expect(await callsOf(first, SESSION.id)).toHaveLength(2));
    await first.dispose();
    await unread(one);

    const second = await start(home);
    await one.readers(SESSION.id, 1);
    one.emit(SESSION.id, { kind: "progress", call: "c1", tool: "one-c1", progress: 2, message: "same" });
    await vi.waitFor(async () =>
      expect((await callsOf(second, SESSION.id)).map(({ message }) => message)).toEqual(["same", undefined]),
    );
    await second.dispose();
    await one.end();

    const third = await gatewayFor(home);
    const two = await run(home, { startedAt: "two" });
    await look(third, two);
    tell(two, "two");
    await vi.waitFor(async () =>
      expect(shown(await callsOf(third, SESSION.id))).toEqual([...FIRST, "two-c1 running", "two-c2 finished"]),
    );
  });

  it("has them apart when only the epoch of its stream says so", async () => {
    const home = newHome();
    const gateway = await gatewayFor(home);
    const one = await run(home, { ids: true, epoch: "aaa" });
    await look(gateway, one);
    tell(one, "one");
    await vi.waitFor(async () => expect(await callsOf(gateway, SESSION.id)).toHaveLength(2));
    const { port } = one;
    await one.end();
    const two = await run(home, { ids: true, epoch: "bbb", port });
    await look(gateway, two);
    tell(two, "two");
    await vi.waitFor(async () =>
      expect(shown(await callsOf(gateway, SESSION.id))).toEqual([...FIRST, "two-c1 running", "two-c2 finished"]),
    );
  });

  it("is folded alike by the journal, by a reader of the stream and in exports", async () => {
    const home = newHome();
    const gateway = await gatewayFor(home);
    for (const startedAt of ["one", "two", "three"]) {
      const daemon = await run(home, { startedAt });
      await look(gateway, daemon);
      tell(daemon, startedAt);
      await vi.waitFor(async () =>
        expect(shown(await callsOf(gateway, SESSION.id))).toContain(`${startedAt}-c2 finished`),
      );
      await daemon.end();
    }
    const calls = await callsOf(gateway, SESSION.id);
    expect(calls).toHaveLength(6);
    const { events } = (await ask(gateway, `/api/v1/sessions/${SESSION.id}/events`)).json() as { events: never[] };
    const log = createCallLog();
    for (const entry of events) applyEntry(log, entry);
    expect([...log.calls.keys()]).toEqual(calls.map(({ id }) => id));
    const lines = (await ask(gateway, `/api/v1/sessions/${SESSION.id}/export?format=jsonl`)).text.trim().split("\n");
    const named = lines.map((line) => (JSON.parse(line) as { call?: string }).call).filter((id) => id !== undefined);
    expect([...new Set(named)]).toEqual(calls.map(({ id }) => id));
    const trace = (await ask(gateway, `/api/v1/sessions/${SESSION.id}/export?format=trace`)).json() as {
      traceEvents: { args: { call: string } }[];
    };
    expect(trace.traceEvents.map(({ args }) => args.call).toSorted()).toEqual(calls.map(({ id }) => id).toSorted());
  });
});

describe("our own daemon", () => {
  it("of an earlier version, which counted from c1 in every run, has them apart as well", async () => {
    const home = newHome();
    const key = daemonKey(home.home);
    const gateway = await gatewayFor(home);
    let session = "";
    for (const epoch of ["one", "two"]) {
      const daemon = await startScriptedDaemon({ key, epoch, startedAt: epoch });
      undo.push(daemon.end);
      daemon.announce(home.home.discovery);
      await vi.waitFor(() => expect(gateway.app().daemon).toMatchObject({ state: "connected", url: daemon.url }));
      if (session !== "") await vi.waitFor(() => expect(gateway.app().sessions[0]?.terminal.state).toBe("gone"));
      const made =
        session === ""
          ? await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' })
          : await ask(gateway, `/api/v1/sessions/${session}/restart`, { method: "POST", body: "{}" });
      if (session === "") session = (made.json() as { id: string }).id;
      const [own = ""] = daemon.sessions.keys();
      await daemon.readers(own, 1);
      daemon.emit(own, { kind: "started", call: "c1", tool: `${epoch}-c1` });
      await vi.waitFor(async () => expect(shown(await callsOf(gateway, session))).toContain(`${epoch}-c1 running`));
      await daemon.end();
    }
    expect(shown(await callsOf(gateway, session))).toEqual(["one-c1 unknown", "two-c1 running"]);
  });

  it("P26: killed in the middle of a call and started again, leaves what was shown of its calls as it was", async () => {
    const home = newHome();
    const servers = { mcpServers: { tools: scripted() } };
    writeFileSync(home.home.servers, JSON.stringify(servers), { mode: 0o600 });
    const gateway = await gatewayFor(home, true);
    undo.push(() => ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' }));
    const agent = join(import.meta.dirname, "../fixtures/agents/call-tool.ts");
    const wanted = { agent: "custom", cwd: "/", command: process.execPath, args: [agent, "hang"] };
    const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(wanted) });
    const { id } = made.json() as { id: string };
    await vi.waitFor(async () => expect(shown(await callsOf(gateway, id))).toEqual(["hang running"]));
    const [before] = await callsOf(gateway, id);

    process.kill(gateway.app().daemon.pid ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(gateway.app().daemon.state).not.toBe("connected"));
    await ask(gateway, "/api/v1/daemon/start", { method: "POST", body: "{}" });
    await vi.waitFor(() => expect(gateway.app().sessions[0]?.terminal.state).toBe("gone"));
    const again = await ask(gateway, `/api/v1/sessions/${id}/restart`, { method: "POST", body: "{}" });
    expect(again.status, again.text).toBe(200);
    await vi.waitFor(
      async () => expect(shown(await callsOf(gateway, id))).toEqual(["hang unknown", "hang running"]),
      30_000,
    );
    expect(gateway.app().sessions[0]?.calls).toEqual({ total: 2, running: 1, failed: 0 });
    const [first, second] = await callsOf(gateway, id);
    expect(first?.id).toBe(before?.id);
    expect(second?.id).not.toBe(before?.id);
  });
});

describe("a journal in which an earlier version mixed the calls of two runs", () => {
  it("P26: opens, says of those calls and no others that they are mixed, and links to them still lead to them", async () => {
    const home = newHome();
    const packed = readFileSync(join(import.meta.dirname, "../fixtures/journals/two-runs-as-one.db.gz"));
    const path = join(home.home.path, "journal.db");
    writeFileSync(path, gunzipSync(packed), { mode: 0o600 });
    const session = "a5eb62d8-9874-4aef-9ec9-51028af7fabb";
    for (let time = 0; time < 2; time += 1) {
      const gateway = await start(home);
      const calls = await callsOf(gateway, session);
      expect(calls.map(({ id, state, mixed }) => `${id} ${state}${mixed === true ? " mixed" : ""}`)).toEqual([
        "c1 finished mixed",
        "c2 failed mixed",
        "c3 failed",
        "c4 finished",
        "c5 unknown",
      ]);
      const found = (await ask(gateway, "/api/v1/search?q=second-run")).json() as { hits: { call: ShownCall }[] };
      expect(found.hits.map(({ call }) => call.id)).toEqual(["c1"]);
      await gateway.dispose();
    }
  });
});
