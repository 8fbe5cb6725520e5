/** Proves that Prometheus can read the gateway's figures, that they count, and that they need a token. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import {
  ask,
  eventClient,
  type Home,
  socketTo,
  startGateway,
  temporaryHome,
} from "../support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

let home: Home;
let daemon: ScriptedDaemon;
let gateway: Gateway;
beforeEach(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  gateway = await startGateway(home);
});
afterEach(async () => {
  await gateway.dispose();
  await daemon.end();
  home.remove();
});

async function figures(): Promise<Map<string, number>> {
  const answer = await ask(gateway, "/metrics");
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.text.endsWith("\n")).toBe(true);
  const found = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of answer.text.trimEnd().split("\n")) {
    const [, kind, name = "", type = ""] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (kind === "TYPE") types.set(name, type);
    if (kind !== undefined) continue;
    const [, sample = "", value = ""] =
      /^([a-z_]+)(?:\{[a-z]+="[^"\\\n]*"\})? (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line) ?? [];
    expect(sample, line).not.toBe("");
    expect(types.get(sample), line).toBe(sample.endsWith("_total") ? "counter" : "gauge");
    expect(found.has(sample), `${sample} twice`).toBe(false);
    found.set(sample, Number(value));
  }
  return found;
}

it("figures are in Prometheus' form, each told once, and count what happens", async () => {
  await vi.waitFor(async () => expect((await figures()).get("signalbox_daemon_connected")).toBe(1));
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
  const { id } = made.json() as { id: string };
  await daemon.readers(id, 1);
  const socket = socketTo(gateway, "/ws/app");
  await new Promise((resolve) => socket.once("open", resolve));
  daemon.emit(id, { kind: "started", call: "a", tool: "t" });
  daemon.emit(id, { kind: "progress", call: "a", tool: "t", progress: 1 });
  daemon.cut(id);
  await vi.waitFor(async () =>
    expect(Object.fromEntries(await figures())).toMatchObject({
      signalbox_info: 1,
      signalbox_sessions: 1,
      signalbox_sockets: 1,
      signalbox_calls_running: 1,
      signalbox_events_total: 2,
      signalbox_stream_reconnects_total: 1,
      signalbox_recording: 1,
    }),
  );
  socket.terminate();
});

it("what a flood left in memory is let go of once the journal has it, without another event", async () => {
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
  const { id } = made.json() as { id: string };
  await daemon.readers(id, 1);
  const client = eventClient(gateway, id);
  const message = "x".repeat(200_000);
  for (let n = 1; n <= 100; n += 1) daemon.emit(id, { kind: "progress", call: "a", tool: "t", progress: n, message });
  // Figures are not asked for meanwhile: that hurries the journal.
  await client.until(() => client.entries.length === 100);
  await vi.waitFor(async () => {
    const found = await figures();
    expect(found.get("signalbox_ring_bytes")).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(found.get("signalbox_ring_bytes")).toBeGreaterThan(4 * 1024 * 1024);
  });
});

it("figures need a token", async () => {
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(401);
});
