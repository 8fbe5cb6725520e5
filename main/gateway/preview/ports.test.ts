/** Proves that a port which a program of a session opens is noticed, whoever its parents are by then, and goes with it. */
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { freePort } from "../../../test/support/listen.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let gateway: Gateway;
beforeAll(async () => {
  home = temporaryHome();
  gateway = await startGateway(home, { startDaemon: true });
});
afterAll(async () => {
  await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
  await gateway.dispose();
  home.remove();
});

const ports = (id: string) => gateway.app().sessions.find((session) => session.id === id)?.ports;
async function run(script: string, expose: { port: number }[] = []): Promise<string> {
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "custom", command: process.execPath, args: ["-e", script], cwd: tmpdir(), expose }),
  });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
}

// How the ports of other systems are read is in main/daemon/preview/listening-ports.test.ts.
it.runIf(process.platform === "linux")(
  "a server that was started in a process session of its own is the session's, and is gone when it ends",
  async () => {
    const port = await freePort();
    const server = `require("net").createServer().listen(${port}, "127.0.0.1"); process.stdin.on("end", () => process.exit()).resume()`;
    const id = await run(`
      const child = require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(server)}], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
      process.stdin.on("data", () => child.kill()); process.stdin.resume();`);
    await vi.waitFor(() => expect(ports(id)).toMatchObject([{ port, exposed: false, health: "up", ours: true }]));
    expect(ports(id)?.[0]?.process).toBeTruthy();

    const exposed = await ask(gateway, `/api/v1/sessions/${id}/previews`, {
      method: "POST",
      body: JSON.stringify({ port, label: "app" }),
    });
    const { url } = exposed.json() as { url: string };
    expect(ports(id)).toMatchObject([{ port, exposed: true, health: "up", label: "app", url }]);
    await ask(gateway, `/api/v1/sessions/${id}`, { method: "DELETE" });
    expect(ports(id)).toBeUndefined();
  },
);

it.runIf(process.platform === "linux")(
  "an exposed port says whether anybody listens, and whose program it is",
  async () => {
    const port = await freePort();
    const id = await run("setTimeout(() => {}, 1e9)", [{ port }]);
    await vi.waitFor(() => expect(ports(id)).toMatchObject([{ port, exposed: true, health: "down" }]));
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    await vi.waitFor(() => expect(ports(id)).toMatchObject([{ port, health: "up", ours: false }]));
    server.close();
    await vi.waitFor(() => expect(ports(id)).toMatchObject([{ port, health: "down" }]));
  },
);
