/** Proves on a real disk that is full what a person then has: all that is live, the truth about history, and nothing acknowledged that is not kept. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { homeFolder, prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey, ownerToken } from "../../main/home/secrets.ts";
import { ask, eventClient, socketTo, startGateway } from "../support/gateway/running-gateway.ts";
import { startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A small disk of its own; undefined where this user may not mount one. */
function smallDisk(megabytes: number): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "signalbox-disk-"));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", folder]);
  if (mounted.status !== 0) return undefined;
  undo.push(() => spawnSync("umount", ["-l", folder]));
  return folder;
}

/** Takes all the room that there is, to the last byte. */
function fill(path: string): void {
  const fd = openSync(path, "w");
  try {
    for (const size of [65_536, 4_096, 1]) {
      const block = Buffer.alloc(size, 0x78);
      try {
        for (;;) writeSync(fd, block);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
      }
    }
  } finally {
    closeSync(fd);
  }
}

it("P16: on a full disk live events go on, nothing is acknowledged that is not kept, and recording resumes by itself", async ({
  skip,
}) => {
  const disk = smallDisk(24);
  if (disk === undefined) return skip("only root on Linux may mount a small disk");
  const home = { home: homeFolder(join(disk, "home")), remove: () => {} };
  prepareHomeFolder(home.home);
  const daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  undo.push(daemon.end);
  daemon.announce(home.home.discovery);
  let ahead = 0;
  const start = () => startGateway(home, { now: () => Date.now() + ahead });
  let gateway = await start();
  undo.push(() => gateway.dispose());
  const post = (path: string, body: object, method = "POST") =>
    ask(gateway, path, { method, body: JSON.stringify(body) });
  const pair = async () => {
    const { link_code } = (await post("/api/v1/pairing", {})).json() as { link_code: string };
    return fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": link_code } });
  };
  const { token } = (await (await pair()).json()) as { token: string };
  const devices = async () =>
    ((await ask(gateway, "/api/v1/devices")).json() as { devices: { id: string; name: string }[] }).devices;
  const [device] = await devices();
  const made = await post("/api/v1/sessions", { agent: "shell", cwd: "/" });
  const { id } = made.json() as { id: string };
  await daemon.readers(id, 1);
  const client = eventClient(gateway, id);
  undo.push(() => client.socket.terminate());
  let sent = 0;
  const emit = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      sent += 1;
      const noise = Array.from({ length: 60 }, () => Math.random().toString(36)).join("");
      daemon.emit(id, { kind: "progress", call: "c", tool: "t", progress: sent, message: noise });
    }
  };
  const live = () => client.until(() => client.entries.length >= sent);
  emit(200);
  await live();
  const recording = () => gateway.app().recording;
  await vi.waitFor(async () =>
    expect((await post(`/api/v1/sessions/${id}`, { label: "a" }, "PATCH")).status).toBe(200),
  );
  const settings = { days: 80, megabytes: 1000 };
  expect((await post("/api/v1/history-limits", settings, "PUT")).status).toBe(200);

  const ballast = join(disk, "ballast");
  fill(ballast);
  emit(2_000);
  await live();
  await vi.waitFor(() => expect(recording()).toMatchObject({ ok: false, reason: expect.stringMatching(/full|disk/) }));
  const report = (await ask(gateway, "/api/v1/doctor")).text;
  expect(report).toMatch(/History is not being kept/);
  // Nothing is acknowledged that could not be written, and what there was is as it was.
  const refused = await pair();
  expect(refused.status).toBe(500);
  expect(await refused.json()).toMatchObject({ error: { code: "devices-unwritable", hint: expect.any(String) } });
  expect(await devices()).toHaveLength(1);
  const limits = await post("/api/v1/history-limits", { days: 1, megabytes: 1 }, "PUT");
  expect(limits.json()).toMatchObject({ error: { code: "settings-unwritable" } });
  expect((await ask(gateway, "/api/v1/history-limits")).json()).toEqual(settings);
  const rotated = await post("/api/v1/token/rotate", {});
  expect(rotated.json()).toMatchObject({ error: { code: "token-unwritable" } });
  expect(ownerToken(home.home)).toBe(gateway.token);
  expect((await post(`/api/v1/devices/${device?.id}`, { name: "Other" }, "PATCH")).status).toBe(500);
  expect((await devices())[0]?.name).toBe(device?.name);
  // A device whose last use would be noted gets in all the same.
  ahead = 120_000;
  expect((await ask(gateway, "/api/v1/app", { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  // Who is put out is out at once, though the list cannot be written.
  const socket = socketTo(gateway, "/ws/app", "signalbox.v1", token);
  await new Promise((resolve) => socket.once("open", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  expect((await ask(gateway, `/api/v1/devices/${device?.id}`, { method: "DELETE" })).status).toBe(500);
  expect(await closed).toBe(4001);
  // Live delivery never stopped, and a name given meanwhile is not lost.
  await post(`/api/v1/sessions/${id}`, { label: "named while full" }, "PATCH");
  emit(100);
  await live();
  expect(client.entries.map(({ event }) => ("progress" in event ? event.progress : 0))).toEqual(
    Array.from({ length: sent }, (_, i) => i + 1),
  );

  rmSync(ballast);
  await vi.waitFor(() => expect(recording()).toEqual({ ok: true }));
  emit(50);
  await live();
  expect((await pair()).status).toBe(200);
  await gateway.dispose();
  gateway = await start();
  expect(gateway.app().sessions.find((session) => session.id === id)?.label).toBe("named while full");
  // What could be held meanwhile is in the history; the rest is said to be missing: together it is all.
  const again = eventClient(gateway, id);
  const covered = () => again.entries.length + again.gaps.reduce((sum, gap) => sum + gap.missed, 0);
  await again.until(() => covered() >= sent);
  expect(covered()).toBe(sent);
  again.socket.terminate();
  expect(readFileSync(join(home.home.path, "devices.json"), "utf8")).not.toContain(device?.id);
});
