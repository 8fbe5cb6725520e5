/** Proves that sessions which ran when their daemon was killed go on together, each in its own way, and that one that cannot is said and keeps no other one. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { resume } from "../../main/commands/sessions.ts";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { ask, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { isAlive } from "../support/is-alive.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start() {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove, () => killDaemon(home));
  const told = join(home.home.path, "told");
  const program = join(home.home.path, "agent");
  writeFileSync(program, `#!/bin/sh\necho "$PWD $1" >> '${told}'\nexec cat\n`);
  chmodSync(program, 0o755);
  const gateway = await startGateway(home, { startDaemon: true });
  undo.push(gateway.dispose);
  const begin = async (label: string, agent: string) => {
    const cwd = join(home.home.path, label);
    mkdirSync(cwd);
    const request = { agent, command: program, cwd, label };
    const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: JSON.stringify(request) });
    expect(made.status, made.text).toBe(201);
    await expect.poll(() => lines().some((line) => line.split(" ")[0] === cwd)).toBe(true);
    return cwd;
  };
  const lines = () => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);
  return { home, gateway, begin, lines };
}

function killDaemon(home: Home): void {
  if (!existsSync(home.home.discovery)) return;
  const { pid } = JSON.parse(readFileSync(home.home.discovery, "utf8")) as { pid: number };
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}
const stateOf = (gateway: Gateway, label: string) =>
  gateway.app().sessions.find((session) => session.label === label)?.terminal.state;

it("resume --all goes on with each conversation in its folder, and says which session cannot and why", async () => {
  const { home, gateway, begin, lines } = await start();
  const one = await begin("one", "claude");
  const two = await begin("two", "claude");
  await begin("plain", "custom");
  killDaemon(home);
  await expect
    .poll(() => ["one", "two", "plain"].map((label) => stateOf(gateway, label)))
    .toEqual(["gone", "gone", "gone"]);
  rmSync(two, { recursive: true });

  const out = vi.spyOn(console, "log").mockReturnValue();
  undo.push(() => out.mockRestore());
  const code = await resume([], { all: true, json: true, home: home.home.path });
  const { sessions } = JSON.parse(String(out.mock.calls.at(-1)?.[0])) as { sessions: Record<string, unknown>[] };
  const of = (label: string) => sessions.find((session) => session.label === label);
  expect(of("one")).toMatchObject({ resumed: true });
  expect(of("two")).toMatchObject({ resumed: false, reason: expect.stringContaining("folder") });
  expect(of("plain")).toMatchObject({ resumed: false, reason: expect.stringContaining("no conversation") });
  expect(code).toBe(1);
  await expect.poll(() => lines().at(-1)).toBe(`${one} --continue`);
  expect(stateOf(gateway, "one")).toBe("running");
  // It is none of those that were interrupted any more.
  expect(await resume([], { all: true, json: true, home: home.home.path })).toBe(1);
  expect(lines().filter((line) => line.endsWith("--continue"))).toHaveLength(1);
});

it("goes on without being asked where the settings say so, once", async () => {
  const { home, gateway, begin, lines } = await start();
  const one = await begin("one", "claude");
  killDaemon(home);
  await expect.poll(() => stateOf(gateway, "one")).toBe("gone");
  await gateway.dispose();
  writeFileSync(join(home.home.path, "settings.json"), '{"sessions": {"resume": "always"}}', { mode: 0o600 });
  const again = await startGateway(home, { startDaemon: true });
  undo.push(again.dispose);
  await expect.poll(() => lines().at(-1)).toBe(`${one} --continue`);
  await expect.poll(() => stateOf(again, "one")).toBe("running");
});
