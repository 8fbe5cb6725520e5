/** Proves that the example script serves an agent, and that the examples' library comes back when its connection is lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it, vi } from "vitest";
import { connectAgent, type Json } from "../support/daemon/mcp-agent.ts";
import { startDaemon } from "../support/daemon/start-daemon.ts";
import { ask, startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";
import { freePort } from "../support/listen.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A gateway with a daemon, an agent, a token, and an empty folder to count in. */
async function start() {
  const home = temporaryHome();
  undo.push(home.remove);
  const daemon = await startDaemon({}, {}, home.home.path);
  undo.push(() => daemon.daemon.dispose());
  const port = await freePort();
  const gateway = await startGateway(home, { port });
  undo.push(() => gateway.dispose());
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  const made = await ask(gateway, "/api/v1/client-tokens", { method: "POST", body: '{"name": "Counter"}' });
  const { id, token } = made.json() as { id: string; token: string };
  const agent = await connectAgent(daemon.url, (await daemon.session()).token);
  const folder = mkdtempSync(join(tmpdir(), "signalbox-count-"));
  undo.push(() => rmSync(folder, { recursive: true }));
  return { home, daemon, port, gateway, id, token, agent, folder };
}

it("P52: the example script counts lines for an agent with progress, connects again to a gateway that restarts, and ends with its token", async () => {
  const { home, port, daemon, agent, id, token, folder, ...started } = await start();
  let { gateway } = started;
  writeFileSync(join(folder, "a.md"), "one\ntwo\n");
  writeFileSync(join(folder, "b.txt"), "one\n");
  const script = run(gateway.url, token, folder);

  await vi.waitFor(() => expect(script.said).toContain("ready"));
  const counting = {
    name: "lines_per_file",
    arguments: { ending: ".md" },
    _meta: { progressToken: "p" },
  };
  const called = () => agent.request("tools/call", counting);
  await vi.waitFor(async () =>
    expect((await agent.call("tools/list")).result?.tools).toContainEqual(
      expect.objectContaining({ name: "lines_per_file" }),
    ),
  );
  const messages = await called();
  expect(messages[0]?.params).toEqual({ progressToken: "p", progress: 0, total: 1, message: "a.md" });
  expect(messages.at(-1)?.result?.structuredContent).toEqual({ lines: { "a.md": 2 } });

  await gateway.dispose();
  await vi.waitFor(() => expect(script.said.some((line) => line.startsWith("lost"))).toBe(true));
  script.said.length = 0;
  gateway = await startGateway(home, { port });
  await vi.waitFor(() => expect(script.said).toContain("ready"));
  await vi.waitFor(async () =>
    expect(((await called()).at(-1)?.result?.structuredContent as Json)?.lines).toEqual({ "a.md": 2 }),
  );

  expect((await ask(gateway, `/api/v1/client-tokens/${id}`, { method: "DELETE" })).status).toBe(204);
  // Nothing keeps a program alive whose token is gone.
  expect(await script.ended).toBe(0);
  expect(script.said.at(-1)).toContain("ended: this token was revoked");
});

/** It waits as long as a frozen program is waited for; client-connection.test.ts has the same with a clock of its own. */
it.runIf(process.env.SIGNALBOX_LONG !== undefined)(
  "P52: a program that is stopped (SIGSTOP) in the middle of a call is cut off within 15 s, and serves again once it runs",
  async () => {
    const { gateway, agent, token, folder } = await start();
    writeFileSync(join(folder, "a.md"), "one\n");
    const script = run(gateway.url, token, folder);
    const called = () => agent.tool("lines_per_file", { ending: ".md" });
    await vi.waitFor(async () => expect((await called()).result?.structuredContent).toEqual({ lines: { "a.md": 1 } }));
    script.signal("SIGSTOP");
    const begun = performance.now();
    const lost = await called();
    expect(performance.now() - begun).toBeLessThan(16_000);
    expect(lost.result).toMatchObject({ isError: true, structuredContent: { code: "client-left" } });
    script.signal("SIGCONT");
    await vi.waitFor(async () => expect((await called()).result?.structuredContent).toEqual({ lines: { "a.md": 1 } }));
  },
);

function run(url: string, token: string, folder: string) {
  const script: ChildProcess = spawn(process.execPath, [resolve("examples/client-tools/count-lines.js"), folder], {
    env: { PATH: process.env.PATH, SIGNALBOX_URL: url, CLIENT_TOKEN: token },
    stdio: ["ignore", "pipe", "inherit"],
  });
  undo.push(() => script.kill("SIGKILL"));
  const said: string[] = [];
  if (script.stdout !== null) createInterface(script.stdout).on("line", (line) => said.push(line));
  const ended = new Promise<number | null>((done) => script.once("exit", done));
  return { said, ended, signal: (signal: NodeJS.Signals) => script.kill(signal) };
}
