/** Proves that a person in a terminal makes, lists, renames and revokes the tokens of connected programs, and reads what went wrong. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { addClient, listClients, renameClient, revokeClient } from "../../main/commands/clients.ts";
import { startDaemon } from "../support/daemon/start-daemon.ts";
import { startGateway, temporaryHome } from "../support/gateway/running-gateway.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function listen() {
  const out = vi.spyOn(console, "log").mockReturnValue();
  const error = vi.spyOn(console, "error").mockReturnValue();
  undo.push(vi.restoreAllMocks);
  return async (command: () => Promise<number>) => {
    out.mockClear();
    error.mockClear();
    const code = await command();
    return { code, out: out.mock.calls.join("\n"), error: error.mock.calls.join("\n") };
  };
}

it("a token is made, shown once, used, renamed and revoked from a terminal", async () => {
  const home = temporaryHome();
  undo.push(home.remove);
  const daemon = await startDaemon({}, {}, home.home.path);
  undo.push(() => daemon.daemon.dispose());
  const gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  await vi.waitFor(() => expect(gateway.app().daemon.state).toBe("connected"));
  const printed = listen();
  const where = { home: home.home.path };

  expect(await printed(() => listClients(where))).toMatchObject({ code: 0, out: "No program has a token." });
  const tools = join(home.home.path, "tools.json");
  writeFileSync(tools, '[{"name": "draw", "description": "Draws.", "inputSchema": {"type": "object"}}]');
  const made = await printed(() => addClient("Design tool", { ...where, tools, timeout: "5", session: ["one"] }));
  expect(made.code, made.error).toBe(0);
  const token = made.out;
  // A name is no way to write over a terminal.
  expect(await printed(() => addClient("Design\u001b[2J tool", where))).toMatchObject({
    code: 1,
    error: expect.stringContaining("no control characters"),
  });

  const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/ws/tools?token=${token}`);
  undo.push(() => socket.terminate());
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await vi.waitFor(async () => expect((await printed(() => listClients(where))).out).toContain("connected  draw"));
  const listed = await printed(() => listClients({ ...where, json: true }));
  expect(listed.out).not.toContain(token);
  const [client] = (JSON.parse(listed.out) as { clients: Record<string, unknown>[] }).clients;
  expect(client).toMatchObject({ connected: true, tools: ["draw"], sessions: ["one"], timeout_seconds: 5 });

  const id = String(client?.id);
  expect(await printed(() => renameClient(id, "Canvas", where))).toMatchObject({ code: 0 });
  expect((await printed(() => listClients(where))).out).toContain("Canvas");
  expect(await printed(() => revokeClient(id, where))).toMatchObject({ code: 0 });
  expect(await closed).toBe(4001);
  expect(await printed(() => revokeClient(id, where))).toMatchObject({ code: 1, error: expect.stringMatching(/\w/) });
  expect((await printed(() => listClients(where))).out).toBe("No program has a token.");
});

it("what is wrong is one sentence, and nothing is made", async () => {
  const home = temporaryHome();
  undo.push(home.remove);
  const printed = listen();
  const where = { home: home.home.path };
  const missing = join(home.home.path, "missing.json");
  expect(await printed(() => addClient("A", { ...where, tools: missing }))).toMatchObject({
    code: 1,
    error: expect.stringContaining(`the tools in ${missing} cannot be read`),
  });
  for (const command of [
    () => listClients(where),
    () => addClient("A", where),
    () => renameClient("x", "B", where),
    () => revokeClient("x", where),
  ])
    expect(await printed(command)).toMatchObject({ code: 1, error: expect.stringContaining("signalbox") });
});
