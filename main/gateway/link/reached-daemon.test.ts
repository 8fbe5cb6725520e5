/** Proves that a daemon which is reached through a stream is bridged like our own: its sessions, their events, its losses, and nothing of another's. */
import { connect } from "node:net";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { afterEach, expect, it, vi } from "vitest";
import { type Home, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { createLog } from "../../home/create-log.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import { reachBy } from "../../wire/reach.ts";
import { type Bridge, openBridge } from "../open-bridge.ts";
import { previewNames } from "../preview/preview-names.ts";
import { signalboxDaemon } from "./daemon-ref.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function bridgeOf(home: Home): Promise<Bridge> {
  const bridge = await openBridge({
    home: home.home,
    key: "own-key",
    discovery: [],
    startDaemon: false,
    secrets: () => [],
    names: previewNames(1, undefined),
    limits: { maxAgeMs: 1e9, maxBytes: 1e9 },
    journalThread: undefined,
    log: createLog({ name: "test", file: join(home.home.logs, "test.log") }),
    now: Date.now,
    steady: () => performance.now(),
    random: () => 0,
  });
  undo.push(async () => {
    bridge.stop();
    await bridge.journal.close();
  });
  return bridge;
}

/** Another machine: its daemon is reached through streams that can be refused, and cut. */
async function machine(id: string, key: string) {
  const daemon: ScriptedDaemon = await startScriptedDaemon({ key, epoch: id, terminals: true });
  undo.push(daemon.end);
  const streams = new Set<{ destroy(): unknown }>();
  let away = false;
  const open = () => {
    const [near, far] = duplexPair();
    const socket = connect(daemon.port, "127.0.0.1");
    far.pipe(socket).pipe(far);
    for (const one of [near, far, socket]) one.on("error", () => {});
    const cut = () => {
      near.destroy(new Error("the link broke"));
      socket.destroy();
    };
    socket.on("close", () => near.destroy());
    near.on("close", () => socket.destroy());
    streams.add({ destroy: cut });
    return near;
  };
  return {
    daemon,
    cut() {
      away = true;
      for (const stream of streams) stream.destroy();
      streams.clear();
    },
    back() {
      away = false;
    },
    added: {
      ref: signalboxDaemon(id),
      name: `machine ${id}`,
      key,
      async reach() {
        if (away) throw new Error("the machine is away");
        return reachBy(daemon.url, open);
      },
    },
  };
}
const started = async ({ daemon, added: { key } }: Awaited<ReturnType<typeof machine>>) => {
  const response = await fetch(`${daemon.url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ cwd: "/", agent: "shell" }),
  });
  return ((await response.json()) as { session_id: string }).session_id;
};
const until = (check: () => unknown, what: unknown) => vi.waitFor(() => expect(check()).toEqual(what));

it("shows the sessions of each machine, reads their events, and says which machine is away", async () => {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const [one, two] = [await machine("one", "key-one"), await machine("two", "key-two")];
  const [first, second] = [await started(one), await started(two)];
  const bridge = await bridgeOf(home);
  const { hub, daemons, sessions } = bridge;
  const remove = daemons.add(one.added);
  daemons.add(two.added);
  const states = () => hub.state().daemons?.map(({ id, state }) => `${id} ${state}`);
  const shown = () => hub.state().sessions.map(({ id, daemon, status }) => `${id} ${daemon} ${status.state}`);
  await until(states, ["one connected", "two connected"]);
  await until(() => shown().sort(), [`${first} one running`, `${second} two running`].sort());

  await one.daemon.readers(first, 1);
  one.daemon.emit(first, { kind: "started", call: "c1-aaaaaaaaaaaa", tool: "t" });
  await until(() => sessions.get(first)?.log.last(), 1);
  expect(sessions.get(second)?.log.last()).toBe(0);
  // Each is asked with its own key, and never with another's.
  const keys = ({ daemon }: typeof one) =>
    new Set(
      daemon.asked.flatMap(({ headers: { authorization } }) => (authorization === undefined ? [] : authorization)),
    );
  expect(keys(one)).toEqual(new Set(["Bearer key-one"]));
  expect(keys(two)).toEqual(new Set(["Bearer key-two"]));

  one.cut();
  await until(states, ["one away", "two connected"]);
  await until(() => shown().filter((text) => text.startsWith(first)), [`${first} one unknown`]);
  expect(shown()).toContain(`${second} two running`);
  one.daemon.emit(first, { kind: "finished", call: "c1-aaaaaaaaaaaa", tool: "t" });
  one.back();
  await until(states, ["one connected", "two connected"]);
  // What happened meanwhile is read once it is back, and nothing twice.
  await until(() => sessions.get(first)?.log.last(), 2);

  remove();
  expect(states()).toEqual(["two connected"]);
  await until(() => daemons.get("one"), undefined);
});

it("does what is asked of a session at the machine that has it", async () => {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  const [one, two] = [await machine("one", "key-one"), await machine("two", "key-two")];
  const [first, second] = [await started(one), await started(two)];
  const { daemons, sessions } = await bridgeOf(home);
  daemons.add(one.added);
  daemons.add(two.added);
  await until(() => [sessions.get(first), sessions.get(second)].every((session) => session !== undefined), true);
  const before = [one.daemon.asked.length, two.daemon.asked.length];
  expect(await sessions.remove(first)).toMatchObject({ ok: true });
  const acts = ({ daemon }: typeof one, from = 0) =>
    daemon.asked.slice(from).flatMap(({ method, url }) => (method === "GET" ? [] : `${method} ${url}`));
  expect(acts(one, before[0])).toEqual([`DELETE /session/${first}`]);
  expect(acts(two, before[1])).toEqual([]);
});
