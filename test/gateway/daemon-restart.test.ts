/** Proves that nobody is sent to a daemon that was told to end, and that what the journal says of programs is checked. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { ask, type Home, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { isAlive } from "../support/is-alive.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
function newHome(): Home {
  const home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove, () => {
    if (!existsSync(home.home.discovery)) return;
    const { pid } = JSON.parse(readFileSync(home.home.discovery, "utf8")) as { pid: number };
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return home;
}
async function gatewayOf(home: Home): Promise<Gateway> {
  const gateway = await startGateway(home, { startDaemon: true });
  undo.push(gateway.dispose);
  return gateway;
}
const post = (gateway: Gateway, path: string, body: object = {}) =>
  ask(gateway, `/api/v1${path}`, { method: "POST", body: JSON.stringify(body) });
const stateOf = (gateway: Gateway, id: string) =>
  gateway.app().sessions.find((session) => session.id === id)?.terminal.state;
const shell = (script: string) => ({ agent: "custom", command: "/bin/sh", args: ["-c", script], cwd: "/" });

/** The daemon gives such a program a moment before it kills it, and ends only then. */
const stubborn = (pidFile: string) => `trap "" HUP TERM; echo $$ > '${pidFile}'; while :; do sleep 1; done`;

it.each(["restart", "stop"])(
  "a session that is started right after the daemon was told to %s runs in the next daemon",
  async (what) => {
    const home = newHome();
    const gateway = await gatewayOf(home);
    const pidFile = join(home.home.path, "pid");
    const made = await post(gateway, "/sessions", shell(stubborn(pidFile)));
    expect(made.status, made.text).toBe(201);
    const first = gateway.app().daemon.pid;
    const written = () => (existsSync(pidFile) ? readFileSync(pidFile, "utf8").trim() : "");
    await expect.poll(written).not.toBe("");
    const program = Number(written());
    expect((await post(gateway, `/daemon/${what}`, { force: true })).status).toBe(202);
    expect(gateway.app().daemon.state).not.toBe("connected");
    const next = await post(gateway, "/sessions", shell("sleep 600"));
    expect(next.status, next.text).toBe(201);
    const { id } = next.json() as { id: string };
    expect(stateOf(gateway, id)).toBe("running");
    expect(gateway.app().daemon.pid).not.toBe(first);
    expect(isAlive(program), "a program that a daemon leaves behind is ended by nobody").toBe(false);
  },
);

it("a program that ended while no gateway ran can be restarted as soon as one answers", async () => {
  const home = newHome();
  const gateway = await gatewayOf(home);
  const end = join(home.home.path, "end");
  const made = await post(gateway, "/sessions", shell(`until [ -e '${end}' ]; do sleep 0.05; done`));
  const { id } = made.json() as { id: string };
  expect(stateOf(gateway, id)).toBe("running");
  await gateway.dispose();
  writeFileSync(end, "");
  const daemon = JSON.parse(readFileSync(home.home.discovery, "utf8")) as { url: string };
  const running = async () => {
    const answer = await fetch(new URL("/sessions", daemon.url), {
      headers: { authorization: `Bearer ${daemonKey(home.home)}` },
    });
    return JSON.stringify(await answer.json()).includes('"running"');
  };
  await expect.poll(running).toBe(false);
  const again = await gatewayOf(home);
  const restarted = await post(again, `/sessions/${id}/restart`);
  expect(restarted.status, restarted.text).toBe(200);
});
