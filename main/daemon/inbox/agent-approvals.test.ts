/** Proves that what Claude Code and opencode ask their person is answered from the inbox too, through what they run for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { writePlanFiles } from "../../agents/agents.ts";
import { opencode } from "../../agents/opencode.ts";
import { permissionCommand } from "../../agents/report-command.ts";
import { homeFolder } from "../../home/home-folder.ts";

let daemon: TestDaemon;
let bare: string;
beforeAll(async () => {
  daemon = await startDaemon({ one: scripted() });
  await daemon.settled();
  // A PATH on which there is no curl.
  bare = mkdtempSync(join(tmpdir(), "signalbox-path-"));
  symlinkSync("/bin/sh", join(bare, "sh"));
});
afterAll(async () => {
  await daemon.stop();
  rmSync(bare, { recursive: true, force: true });
});

type Session = { session_id: string; token: string };
const request = (tool_name = "Bash", tool_input: object = { command: "rm -r build" }) => ({
  hook_event_name: "PermissionRequest",
  tool_name,
  tool_input,
  permission_suggestions: [],
});

function runHook(session: Session, body: object, { PATH = process.env.PATH, token = session.token } = {}) {
  const context = { mcpUrl: "", token: "", sessionId: "", cwd: "/", home: homeFolder("/nowhere") };
  const env = {
    PATH,
    SIGNALBOX_MCP_URL: `${daemon.url}/mcp`,
    SIGNALBOX_MCP_TOKEN: token,
    SIGNALBOX_SESSION_ID: session.session_id,
  };
  const child: ChildProcess = spawn("/bin/sh", ["-c", permissionCommand(context) ?? ""], { env, detached: true });
  if (child.stdin === null || child.stdout === null) throw new Error("no pipes");
  child.stdin.end(JSON.stringify(body));
  return { child, printed: readAll(child.stdout), ended: once(child, "close") };
}
const entries = async (session: Session) =>
  ((await (await daemon.ask("/inbox")).json()) as { entries: InboxEntry[] }).entries.filter(
    (entry) => entry.session === session.session_id,
  );
const waits = (session: Session) =>
  vi.waitFor(async () => {
    const entry = (await entries(session)).find(({ answered }) => answered === undefined);
    expect(entry).toBeDefined();
    return entry as InboxEntry;
  });
const answer = (id: string, given: object) =>
  daemon.ask(`/inbox/${id}/answer`, { method: "POST", body: { by: "the owner", answer: given } });
const report = (session: Session, event: object) =>
  daemon.ask(`/session/${session.session_id}/agent-events?from=claude`, {
    method: "POST",
    token: session.token,
    body: event,
  });

it.each([
  ["with curl", undefined],
  ["without curl", "bare"],
])("an approval is allowed or refused from the inbox, %s", async (_, path) => {
  const session = await daemon.session({ agent: "claude" });
  const where = path === undefined ? {} : { PATH: bare };
  const allowed = runHook(session, request(), where);
  const entry = await waits(session);
  expect(entry).toMatchObject({
    kind: "approval",
    from: "Claude Code",
    tool: "Bash",
    args: { command: "rm -r build" },
    answer_at: "both",
    decisions: ["once", "refuse"],
  });
  expect((await answer(entry.id, { decision: "session" })).status).toBe(422);
  expect((await answer(entry.id, { decision: "once" })).status).toBe(204);
  expect(JSON.parse(await allowed.printed)).toEqual({
    hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow" } },
  });
  const refused = runHook(session, request(), where);
  await answer((await waits(session)).id, { decision: "refuse", words: "keep it" });
  expect(JSON.parse(await refused.printed).hookSpecificOutput.decision).toEqual({
    behavior: "deny",
    message: "refused by the person: keep it",
  });
});

it("P40: once it was answered in the agent's own dialog, an answer from the inbox is refused and changes nothing", async () => {
  const session = await daemon.session({ agent: "claude" });
  const hook = runHook(session, request());
  const { id } = await waits(session);
  // Another call of the tool is no answer to this one.
  await report(session, {
    hook_event_name: "PostToolUse",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    tool_use_id: "t1",
  });
  expect((await waits(session)).id).toBe(id);
  await report(session, {
    hook_event_name: "PostToolUse",
    tool_name: "Bash",
    tool_input: { command: "rm -r build" },
    tool_use_id: "t2",
  });
  expect(await hook.printed).toBe("");
  expect((await answer(id, { decision: "refuse" })).status).toBe(409);
  expect((await entries(session))[0]).toMatchObject({ answered: { by: "the agent", how: "elsewhere" } });
  // Refused there, the turn ends without the tool; and an agent that is killed takes its hook with it.
  const second = runHook(session, request());
  await waits(session);
  await report(session, { hook_event_name: "Stop" });
  expect(await second.printed).toBe("");
  const third = runHook(session, request());
  await waits(session);
  process.kill(-(third.child.pid ?? 0), "SIGKILL");
  await third.ended;
  await vi.waitFor(async () =>
    expect((await entries(session)).every(({ answered }) => answered !== undefined)).toBe(true),
  );
});

it("a call of a server's tool is asked for in that server's name; what makes no sense is left to the agent", async () => {
  const session = await daemon.session({ agent: "claude" });
  const hook = runHook(session, request("mcp__signalbox__echo", { text: "a" }));
  const entry = await waits(session);
  expect(entry).toMatchObject({ from: "one", server: "one", tool: "echo", text: expect.stringContaining("of “one”") });
  await answer(entry.id, { decision: "once" });
  expect(await hook.printed).toContain("allow");
  expect(await runHook(session, { hook_event_name: "PermissionRequest" }).printed).toBe("");
  expect(await runHook(session, request(), { token: "wrong" }).printed).toBe("");
  const stranger = await daemon.session();
  const path = `/session/${session.session_id}/permission`;
  expect((await daemon.ask(path, { method: "POST", token: stranger.token, body: request() })).status).toBe(401);
});

describe("opencode", () => {
  /** As 1.18.33 sends it. */
  const asked = (id: string) => ({
    id,
    sessionID: "ses_1",
    permission: "bash",
    patterns: ["rm -r build"],
    metadata: { command: "rm -r build" },
    always: ["rm *"],
  });

  /** Its plugin in a process of its own, as opencode loads it; it is told of events, and what it replies is printed. */
  function runPlugin(session: Session) {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-plugin-"));
    const home = homeFolder(join(folder, "home"));
    const context = { mcpUrl: "", token: "", sessionId: session.session_id, cwd: "/", home };
    writePlanFiles(opencode.plan("opencode", context));
    const plugin = join(home.run, session.session_id, "opencode-plugin.js");
    const script = `import { createInterface } from "node:readline";
      import { Signalbox } from ${JSON.stringify(plugin)};
      const post = async (request) => console.log(JSON.stringify(request));
      const { event } = await Signalbox({ client: { _client: { post } } });
      for await (const line of createInterface({ input: process.stdin })) await event({ event: JSON.parse(line) });`;
    writeFileSync(join(folder, "run.mjs"), script);
    const env = {
      PATH: process.env.PATH,
      SIGNALBOX_MCP_URL: `${daemon.url}/mcp`,
      SIGNALBOX_MCP_TOKEN: session.token,
      SIGNALBOX_SESSION_ID: session.session_id,
    };
    const child = spawn(process.execPath, [join(folder, "run.mjs")], { env, stdio: ["pipe", "pipe", "ignore"] });
    const replies = child.stdout[Symbol.asyncIterator]();
    return {
      tell: (type: string, properties: object) => child.stdin.write(`${JSON.stringify({ type, properties })}\n`),
      reply: async () => JSON.parse(String((await replies.next()).value)),
      async end() {
        child.kill();
        await once(child, "close");
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  it("is answered from the inbox, with words that its model reads; its own dialog's answer closes the entry", async () => {
    const session = await daemon.session({ agent: "opencode" });
    const plugin = runPlugin(session);
    plugin.tell("permission.asked", asked("per_1"));
    const entry = await waits(session);
    expect(entry).toMatchObject({
      kind: "approval",
      from: "opencode",
      tool: "bash",
      args: { command: "rm -r build" },
      answer_at: "both",
      decisions: ["once", "refuse"],
    });
    await answer(entry.id, { decision: "once" });
    expect(await plugin.reply()).toMatchObject({ path: { requestID: "per_1" }, body: { reply: "once" } });
    plugin.tell("permission.asked", asked("per_2"));
    await answer((await waits(session)).id, { decision: "refuse", words: "keep it" });
    expect(await plugin.reply()).toMatchObject({
      path: { requestID: "per_2" },
      body: { reply: "reject", message: "refused by the person: keep it" },
    });
    plugin.tell("permission.asked", asked("per_3"));
    const third = await waits(session);
    plugin.tell("permission.replied", { requestID: "per_3", reply: "once" });
    await vi.waitFor(async () =>
      expect((await entries(session)).find(({ id }) => id === third.id)).toMatchObject({
        answered: { by: "the agent", how: "elsewhere" },
      }),
    );
    expect((await answer(third.id, { decision: "once" })).status).toBe(409);
    await plugin.end();
  });

  it("asks for a server's tool in that server's name", async () => {
    const session = await daemon.session({ agent: "opencode" });
    const plugin = runPlugin(session);
    plugin.tell("permission.asked", { ...asked("per_4"), permission: "signalbox_echo", metadata: {} });
    expect(await waits(session)).toMatchObject({ from: "one", server: "one", tool: "echo" });
    // It is gone: nobody waits any more.
    await plugin.end();
    await vi.waitFor(async () => expect((await entries(session))[0]?.answered).toBeDefined());
  });
});
