/** Proves that the limits of history hold at once, and are changed without touching anything else in the file. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  ask,
  eventClient,
  type Home,
  startGateway,
  temporaryHome,
} from "../../test/support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../../test/support/gateway/scripted-daemon.ts";
import { prepareHomeFolder } from "../home/home-folder.ts";
import { daemonKey } from "../home/secrets.ts";
import type { Gateway } from "./create-gateway.ts";
import { historyLimits, readSettings } from "./settings.ts";

let home: Home;
let gateway: Gateway;
let path: string;
beforeEach(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  path = join(home.home.path, "settings.json");
  gateway = await startGateway(home);
});
afterEach(async () => {
  await gateway.dispose();
  home.remove();
});
const put = (body: object) => ask(gateway, "/api/v1/history-limits", { method: "PUT", body: JSON.stringify(body) });

it("a person's limits of history are kept, and what else the file says stays", async () => {
  expect((await ask(gateway, "/api/v1/history-limits")).json()).toEqual({ days: 90, megabytes: 2048 });
  writeFileSync(path, '{"access":{"query_tokens":false},"later":1}', { mode: 0o600 });
  expect((await put({ days: 7, megabytes: 100 })).status).toBe(200);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    access: { query_tokens: false },
    later: 1,
    history: { days: 7, megabytes: 100 },
  });
  expect(readSettings(home.home, () => {}).history).toEqual({ maxAgeMs: 7 * 86_400_000, maxBytes: 100 * 1024 * 1024 });
});

it("limits that would keep nothing, and a damaged file, are refused and change nothing", async () => {
  for (const body of [{ days: 0, megabytes: 5 }, { days: 5, megabytes: 0 }, { days: "all" }]) {
    expect((await put(body)).status).toBe(400);
  }
  writeFileSync(path, "{ damaged", { mode: 0o600 });
  expect((await put({ days: 7, megabytes: 100 })).status).toBe(400);
  expect(readFileSync(path, "utf8")).toBe("{ damaged");
  expect(historyLimits(home.home).ok).toBe(false);
});

it("limits that are made narrower hold at once: what is too old leaves, and is said to be missing", async () => {
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  try {
    await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
    const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
    const { id } = made.json() as { id: string };
    await daemon.readers(id, 1);
    for (let i = 1; i <= 20; i += 1) daemon.emit(id, { kind: "progress", call: "c", tool: "t", progress: i });
    const kept = async () =>
      ((await ask(gateway, `/api/v1/sessions/${id}/events`)).json() as { events: unknown[] }).events.length;
    await vi.waitFor(async () => expect(await kept()).toBe(20));
    // A millisecond.
    expect((await put({ days: 0.001 / 86_400, megabytes: 100 })).status).toBe(200);
    await vi.waitFor(async () => expect(await kept()).toBe(0));
    // What is recent is still in memory; after a restart only what is kept is there.
    await gateway.dispose();
    gateway = await startGateway(home);
    const client = eventClient(gateway, id);
    await client.until(() => client.gaps.length > 0);
    expect(client.gaps[0]).toEqual({ missed: 20, from: 1, to: 20 });
    client.socket.terminate();
  } finally {
    await daemon.end();
  }
});
