/** Proves that what an agent's hook reports reaches its session's lane, through the shell command that the agent runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { reportCommand } from "../../agents/report-command.ts";
import { homeFolder } from "../../home/home-folder.ts";

let daemon: TestDaemon;
let bare: string;
beforeAll(async () => {
  daemon = await startDaemon();
  // A PATH on which there is no curl.
  bare = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  symlinkSync("/bin/sh", join(bare, "sh"));
});
afterAll(async () => {
  await daemon.stop();
  rmSync(bare, { recursive: true, force: true });
});

const hooks = readFileSync(new URL("../../../test/fixtures/agents/claude-2.1.332.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");
const pre = hooks.find((line) => line.includes('"PreToolUse"')) ?? "";

async function report(
  session: { session_id: string; token: string },
  text: string,
  { PATH = process.env.PATH, url = daemon.url, token = session.token } = {},
): Promise<{ code: unknown; printed: string }> {
  const context = {
    mcpUrl: `${url}/mcp`,
    token,
    sessionId: session.session_id,
    cwd: "/",
    home: homeFolder("/nowhere"),
  };
  const command = reportCommand(context, "claude") ?? "";
  const env = {
    PATH,
    SIGNALBOX_MCP_URL: `${url}/mcp`,
    SIGNALBOX_MCP_TOKEN: token,
    SIGNALBOX_SESSION_ID: session.session_id,
  };
  const child = spawn("/bin/sh", ["-c", command], { env, stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (data) => (printed += data));
  child.stderr.on("data", (data) => (printed += data));
  child.stdin.on("error", () => {});
  child.stdin.end(text);
  const [code] = await once(child, "close");
  return { code, printed };
}

async function started({ session_id, token }: { session_id: string; token: string }): Promise<unknown> {
  const answer = await daemon.ask(`/session/${session_id}/events`, { token });
  const reader = answer.body?.getReader();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    text += new TextDecoder().decode(part?.value);
    const data = /^data: (\{.*"kind":"started".*\})$/m.exec(text)?.[1];
    if (data === undefined && part?.done === false) continue;
    await reader?.cancel();
    return JSON.parse(data ?? "null");
  }
}

it.each([
  ["with curl", () => process.env.PATH],
  ["with this program's own Node", () => bare],
])("%s it arrives, and says nothing to the agent", async (_, path) => {
  const session = await daemon.session();
  expect(await report(session, pre, { PATH: path() })).toEqual({ code: 0, printed: "" });
  expect(await started(session)).toMatchObject({ server: "agent", tool: "Bash", agent: { kind: "command" } });
  const { sessions } = await (await daemon.ask("/sessions")).json();
  expect(sessions.find((item: { session_id: string }) => item.session_id === session.session_id)).toMatchObject({
    conversation: "5927219c-f38e-4aa0-b076-b89e383ef0a0",
  });
});

it("P50: a daemon that is gone, a wrong token and a text that is no report are nothing to the agent", async () => {
  const session = await daemon.session();
  const quiet = { code: 0, printed: "" };
  expect(await report(session, pre, { url: "http://127.0.0.1:9" })).toEqual(quiet);
  expect(await report(session, pre, { token: "wrong" })).toEqual(quiet);
  expect(await report(session, "{no report")).toEqual(quiet);
});

it("Codex names its conversation with each call, and a thread of its own changes nothing", async () => {
  const agent = await daemon.agent({ agent: "codex" });
  const call = JSON.parse(
    readFileSync(new URL("../../../test/fixtures/agents/codex-0.171.0-call.json", import.meta.url), "utf8"),
  );
  const conversation = async () => {
    const { sessions } = await (await daemon.ask("/sessions")).json();
    return sessions.find((item: { session_id: string }) => item.session_id === agent.session).conversation;
  };
  await agent.call("tools/call", call.params);
  expect(await conversation()).toBe("01a22f66-ac35-75a0-80aa-ecdd39ae5605");
  const turn = call.params._meta["x-codex-turn-metadata"];
  for (const odd of [
    { ...turn, thread_id: "../x" },
    { ...turn, thread_id: "11a22f66-ac35-75a0-80aa-ecdd39ae5605", thread_source: "subagent" },
    7,
  ])
    await agent.call("tools/call", { ...call.params, _meta: { "x-codex-turn-metadata": odd } });
  expect(await conversation()).toBe("01a22f66-ac35-75a0-80aa-ecdd39ae5605");
});

it("P50: nobody reports for a session by another's token, or by none", async () => {
  const [one, other] = await Promise.all([daemon.session(), daemon.session()]);
  const to = (token: string, from = "claude") =>
    daemon.ask(`/session/${one.session_id}/agent-events?from=${from}`, { method: "POST", body: {}, token });
  expect((await to(other.token)).status).toBe(401);
  expect((await to("x")).status).toBe(401);
  expect((await to(one.token, "toString")).status).toBe(400);
  expect((await to(one.token)).status).toBe(204);
});
