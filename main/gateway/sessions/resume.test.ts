/** Proves that an agent is started again with its last conversation when that is asked for, and only then. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let gateway: Gateway;
let program: string;
let told: string;
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  program = join(home.home.path, "agent");
  told = join(home.home.path, "told");
  writeFileSync(program, `#!/bin/sh\necho "$1 $2 $3" >> '${told}'\n`);
  chmodSync(program, 0o755);
  gateway = await startGateway(home, { startDaemon: true });
});
afterAll(async () => {
  const pid: number = JSON.parse(readFileSync(home.home.discovery, "utf8")).pid;
  await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
  await gateway.dispose();
  await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false));
  home.remove();
});

const create = async (request: object): Promise<string> => {
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ cwd: "/", command: program, ...request }),
  });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
};
const session = (id: string) => gateway.app().sessions.find((item) => item.id === id);
const restart = (id: string, body: object) =>
  ask(gateway, `/api/v1/sessions/${id}/restart`, { method: "POST", body: JSON.stringify(body) });
const lines = () => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);
const ended = (id: string, count: number) =>
  expect.poll(() => [session(id)?.terminal.state, lines().length]).toEqual(["exited", count]);

it("resumes the last conversation once, and the next restart is as the first start was", async () => {
  const before = lines().length;
  const id = await create({ agent: "claude", args: ["--model", "opus"] });
  await ended(id, before + 1);
  expect(session(id)?.resumable).toBe(true);
  expect((await restart(id, { resume: true })).status).toBe(200);
  await ended(id, before + 2);
  expect((await restart(id, {})).status).toBe(200);
  await ended(id, before + 3);
  expect(lines().slice(before)).toEqual([
    "--model opus --settings",
    "--continue --model opus",
    "--model opus --settings",
  ]);
});

it("says that a program has no conversation to go on with, and starts nothing", async () => {
  const before = lines().length;
  const id = await create({ agent: "custom", args: ["word"] });
  await ended(id, before + 1);
  expect(session(id)).not.toHaveProperty("resumable");
  const refused = await restart(id, { resume: true });
  expect(refused.status).toBe(400);
  expect(refused.json()).toMatchObject({ error: { code: "cannot-resume" } });
  expect(session(id)?.terminal.state).toBe("exited");
});

it("keeps what its tools were narrowed to when it is started anew at a daemon of another run", async () => {
  const before = lines().length;
  const id = await create({ agent: "custom", args: ["word"] });
  await ended(id, before + 1);
  const rules = { read_only: true };
  const tools = `/api/v1/sessions/${id}/tool-settings`;
  expect((await ask(gateway, tools, { method: "PUT", body: JSON.stringify(rules) })).status).toBe(200);
  process.kill(JSON.parse(readFileSync(home.home.discovery, "utf8")).pid, "SIGKILL");
  await expect.poll(() => gateway.app().daemon.state).not.toBe("connected");
  await expect.poll(async () => (await restart(id, {})).status).toBe(200);
  expect((await ask(gateway, tools)).json()).toEqual(rules);
});
