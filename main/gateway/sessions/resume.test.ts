/** Proves that an agent is started again with its last conversation when that is asked for, and only then. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { reportCommand } from "../../agents/report-command.ts";
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
  writeFileSync(program, `#!/bin/sh\nprintf '%s %s %s\\n' "$1" "$2" "$3" >> '${told}'\n`);
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

it("offers no Resume where it would take up another session's conversation: not while that runs, not after, not when it is deleted", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-resume-"));
  const other = mkdtempSync(join(tmpdir(), "signalbox-resume-"));
  const linked = `${folder}-link`;
  symlinkSync(folder, linked);
  const start = async (cwd: string, more: object = {}) => {
    const before = lines().length;
    const id = await create({ agent: "claude", cwd, ...more });
    await ended(id, before + 1);
    return id;
  };
  const offered = (id: string) => session(id)?.resumable === true;
  const first = await start(folder);
  expect(offered(first)).toBe(true);
  // Another folder, another agent, or an ended one of before do not matter.
  await start(other);
  await start(folder, { agent: "gemini", args: ["-m", "pro"] });
  expect(offered(first)).toBe(true);
  // The same folder by another name, and the same agent as a command of one's own.
  const second = await start(linked);
  await expect.poll(() => offered(first)).toBe(false);
  expect(offered(second)).toBe(true);
  const refused = await restart(first, { resume: true });
  expect(refused.json()).toMatchObject({
    error: { code: "cannot-resume", message: expect.stringContaining("Another") },
  });
  // One that names its conversation goes on with that, whatever ran since.
  const named = await start(folder, { args: ["--session-id", "11111111-1111-4111-8111-111111111111"] });
  await start(folder);
  expect(offered(named)).toBe(true);
  expect(offered(second)).toBe(false);
  // What a deleted session has said stays with the agent.
  const last = await start(folder);
  const deleted = await start(folder);
  expect(offered(last)).toBe(false);
  expect((await ask(gateway, `/api/v1/sessions/${deleted}`, { method: "DELETE" })).status).toBeLessThan(300);
  expect(offered(last)).toBe(false);
  // A conversation of its own, begun anew, is the last one again.
  const before = lines().length;
  expect((await restart(last, {})).status).toBe(200);
  await ended(last, before + 1);
  await expect.poll(() => offered(last)).toBe(true);
  expect((await restart(last, { resume: true })).status).toBe(200);
  await ended(last, before + 2);
  expect(lines().at(-1)).toMatch(/^--continue/);
});

it("a session that runs beside it keeps the conversation uncertain", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "signalbox-resume-"));
  const claude = join(cwd, "claude");
  writeFileSync(claude, "#!/bin/sh\nread line\n", { mode: 0o755 });
  const before = lines().length;
  const first = await create({ agent: "claude", cwd });
  await ended(first, before + 1);
  await expect.poll(() => session(first)?.resumable).toBe(true);
  const running = await create({ agent: "custom", cwd, command: claude });
  await expect.poll(() => session(running)?.terminal.state).toBe("running");
  await expect.poll(() => session(first)?.resumable).toBeUndefined();
  expect((await restart(first, { resume: true })).status).toBe(400);
});

it("goes on with exactly its own conversation, beside another in the folder, without its prompt; and says when it is gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-resume-"));
  const config = join(folder, "config");
  const talks = join(folder, "talks");
  const context = { mcpUrl: "", token: "", sessionId: "", cwd: "/", home: home.home };
  writeFileSync(
    talks,
    `#!/bin/sh
mkdir -p "$CLAUDE_CONFIG_DIR/projects/x" && : > "$CLAUDE_CONFIG_DIR/projects/x/$TALK.jsonl"
echo '{"hook_event_name":"SessionStart","session_id":"'"$TALK"'"}' | ${reportCommand(context, "claude")}
printf '%s %s %s %.10s\\n' "$1" "$2" "$3" "$4" >> '${told}'
`,
  );
  chmodSync(talks, 0o755);
  const begin = async (talk: string) => {
    const before = lines().length;
    const env = { TALK: talk, CLAUDE_CONFIG_DIR: config };
    const id = await create({ agent: "claude", cwd: folder, command: talks, args: ["--verbose", "fix it"], env });
    await ended(id, before + 1);
    return id;
  };
  const alpha = await begin("alpha-1");
  const beta = await begin("beta-2");
  for (const [id, talk] of [
    [alpha, "alpha-1"],
    [beta, "beta-2"],
  ] as const) {
    await expect.poll(() => session(id)?.resumable).toBe(true);
    const before = lines().length;
    expect((await restart(id, { resume: true })).status).toBe(200);
    await ended(id, before + 1);
    expect(lines().at(-1)).toBe(`--resume ${talk} --verbose --settings`);
  }
  rmSync(join(config, "projects", "x", "alpha-1.jsonl"));
  const gone = await restart(alpha, { resume: true });
  expect(gone.status).toBe(400);
  expect(gone.json()).toMatchObject({ error: { code: "conversation-gone" } });
  rmSync(folder, { recursive: true });
});
