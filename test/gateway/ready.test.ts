/** Proves that a gateway that answers is ready: who asks before it knows whether there is a daemon waits for that, and no longer. */
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { createVerdict } from "../../main/gateway/link/await-verdict.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import {
  ask,
  type Home,
  socketTo,
  startGateway,
  temporaryHome,
  upgradeStatus,
} from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";
import { listen } from "../support/listen.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const step of undo.splice(0).reverse()) await step();
});
const newHome = (): Home => {
  const home = temporaryHome();
  undo.push(home.remove);
  return home;
};
async function gatewayOf(home: Home, discovery: string[] = []): Promise<Gateway> {
  const gateway = await startGateway(home, { discovery });
  undo.push(gateway.dispose);
  return gateway;
}
const auth = (gateway: Gateway) => ({ authorization: `Bearer ${gateway.token}` });

/** A session with a terminal at our own daemon, remembered by a gateway that has ended. */
async function former(home: Home, discovery: string[] = []): Promise<string> {
  const before = await startGateway(home, { discovery });
  await vi.waitFor(() => expect(before.app().daemon.state).toBe("connected"));
  const made = await ask(before, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/" }),
  });
  expect(made.status, made.text).toBe(201);
  await before.dispose();
  return (made.json() as { id: string }).id;
}

/** Everything that needs a daemon, asked in the very moment in which the gateway answers. */
async function askAll(gateway: Gateway, session: string) {
  expect(gateway.app().daemon.state).toBe("searching");
  const compat = (path: string) =>
    ask(gateway, `/api/mcp${path}`, { method: "POST", body: "{}" }).then(({ status }) => status);
  return {
    events: await Promise.all([
      upgradeStatus(gateway.url, "/ws/mcp/events?session_id=guest&mcp_token=t", auth(gateway)),
      upgradeStatus(gateway.url, `/ws/mcp/events?session_id=${session}`, auth(gateway), ["construct.v1"]),
      compat("/session"),
      compat("/call"),
      ask(gateway, "/api/mcp/discovery").then((answer) => (answer.json() as { available: boolean }).available),
    ]),
  };
}

it("every upgrade and original route that comes before the first verdict is served once the daemon is found", async () => {
  const home = newHome();
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  undo.push(daemon.end);
  daemon.announce(home.home.discovery);
  const session = await former(home);
  const gateway = await gatewayOf(home);
  const { events } = await askAll(gateway, session);
  expect(events.slice(0, 3)).toEqual([101, 101, 200]);
  expect(events[3]).not.toBe(503);
  expect(events[4]).toBe(true);
});

it("a terminal and the daemon's own routes wait for our own daemon, also where a discovery file chose another one", async () => {
  const home = newHome();
  const own = await startScriptedDaemon({ key: daemonKey(home.home) });
  const foreign = await startScriptedDaemon({ epoch: "f" });
  undo.push(own.end, foreign.end);
  own.announce(home.home.discovery);
  const session = await former(home);
  const file = `${home.home.path}/other.json`;
  foreign.announce(file);
  const gateway = await gatewayOf(home, [file]);
  const socket = socketTo(gateway, `/ws/terminal?session_id=${session}`);
  const closed = once(socket, "close").then(([code, reason]) => `${code} ${String(reason)}`);
  // The scripted daemon has no terminals: what matters is that it was asked.
  expect(await closed).not.toMatch(/the daemon is not connected/);
  expect((await ask(gateway, "/api/v1/tool-settings")).status).not.toBe(503);
});

it("without a daemon the answer comes at the verdict, not after the time for it", async () => {
  const gateway = await gatewayOf(newHome());
  const begun = performance.now();
  expect(await upgradeStatus(gateway.url, "/ws/mcp/events?session_id=x&mcp_token=t", auth(gateway))).toBe(503);
  expect((await ask(gateway, "/api/mcp/session", { method: "POST", body: "{}" })).status).toBe(503);
  expect((await ask(gateway, "/api/v1/outbox")).status).toBe(503);
  // Each of the three would wait for five seconds.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

it("a daemon that does not answer holds nobody for longer than the search takes, and a client that goes is forgotten", async () => {
  const home = newHome();
  const silent = createServer(() => {});
  const url = await listen(silent);
  undo.push(
    () => silent.close(),
    () => silent.closeAllConnections(),
  );
  const { writeFileSync } = await import("node:fs");
  writeFileSync(home.home.discovery, JSON.stringify({ url: `${url}/mcp` }), { mode: 0o600 });
  const gateway = await gatewayOf(home);
  const leaver = socketTo(gateway, "/ws/mcp/events?session_id=x&mcp_token=t");
  leaver.on("error", () => {});
  leaver.terminate();
  expect(await upgradeStatus(gateway.url, "/ws/mcp/events?session_id=x&mcp_token=t", auth(gateway))).toBe(503);
});

it("the verdict ends the waiting at once; so do five seconds, the asker's going, and too many who wait", async () => {
  vi.useFakeTimers();
  const verdict = createVerdict("searching");
  const done: string[] = [];
  const leave = new AbortController();
  void verdict.settled(leave.signal).then(() => done.push("left"));
  void verdict.settled().then(() => done.push("late"));
  leave.abort();
  await vi.advanceTimersByTimeAsync(4_999);
  expect(done).toEqual(["left"]);
  verdict.shown("starting");
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(["left", "late"]);
  const many = Array.from({ length: 256 }, () => verdict.settled());
  await verdict.settled();
  verdict.shown("connected");
  await Promise.all(many);
  verdict.shown("lost");
  await verdict.settled();
});
