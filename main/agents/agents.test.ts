/** Owns the proof that each agent is started exactly as it was seen to work, and that the secret travels in the environment alone. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import { openPty } from "../daemon/terminal/pty-process.ts";
import { homeFolder } from "../home/home-folder.ts";
import { planLaunch, resumeArguments, writePlanFiles } from "./agents.ts";
import type { LaunchContext, LaunchPlan } from "./launch-plan.ts";

const TOKEN = "canary-0123456789abcdef";
const URL = "http://127.0.0.1:54500/mcp";

const context = (more: Partial<LaunchContext> = {}): LaunchContext => ({
  mcpUrl: URL,
  token: TOKEN,
  sessionId: "s-1",
  cwd: "/work",
  home: homeFolder("/home/me/.signalbox"),
  ...more,
});

function plan(agent: AgentId, more: Partial<LaunchContext> = {}): LaunchPlan {
  const path = agent === "custom" ? undefined : `/usr/bin/${agent}`;
  const found = { id: agent, name: agent, found: true, ...(path === undefined ? {} : { path }) };
  const result = planLaunch(agent, found, context(more));
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

function inTerminal(script: string, env: Record<string, string>): Promise<string> {
  let output = "";
  return new Promise((resolve) => {
    openPty({
      command: "/bin/sh",
      args: ["-c", script],
      env: { PATH: process.env.PATH ?? "", ...env },
      cwd: "/",
      cols: 80,
      rows: 24,
      onData: (bytes) => {
        output += bytes.toString();
      },
      onExit: () => resolve(output),
      onDrain() {},
    });
  });
}

describe("each agent as it was seen to work", () => {
  it("Claude Code", () => {
    const config = (headers: object) =>
      JSON.stringify({ mcpServers: { signalbox: { type: "http", url: URL, headers } } });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Claude Code expands it.
    const Authorization = "Bearer ${SIGNALBOX_MCP_TOKEN}";
    expect(plan("claude")).toEqual({
      command: "/usr/bin/claude",
      args: ["--settings", expect.stringContaining("hooks"), "--mcp-config", config({ Authorization })],
      env: { SIGNALBOX_MCP_URL: URL, SIGNALBOX_MCP_TOKEN: TOKEN, SIGNALBOX_SESSION_ID: "s-1" },
      files: [],
      display: "claude",
    });
    expect(plan("claude", { foreign: true }).args.slice(2)).toEqual([
      "--mcp-config",
      config({ Authorization, "X-Construct-Session": "s-1" }),
    ]);
    expect(plan("claude").args).not.toContain("--strict-mcp-config");
  });

  it("Claude Code takes every word behind --mcp-config for a configuration, so a prompt stands before it", () => {
    const ours = ["--settings", expect.any(String), "--mcp-config", expect.stringContaining("mcpServers")];
    expect(plan("claude", { args: ["fix it", "--model", "x"] }).args).toEqual(["fix it", "--model", "x", ...ours]);
    expect(plan("claude", { args: ["-p", "--", "--odd prompt"] }).args).toEqual(["-p", ...ours, "--", "--odd prompt"]);
    for (const theirs of [["--settings", "{}"], ["--settings={}"]]) {
      expect(plan("claude", { args: theirs }).args).toEqual([...theirs, ...ours.slice(2)]);
    }
  });

  it("Claude Code's hooks tell the terminal when it works, waits and has finished, and never fail", async () => {
    const { hooks } = JSON.parse(plan("claude").args[1] ?? "");
    const words = {
      UserPromptSubmit: "working",
      Notification: "waiting",
      PermissionRequest: "waiting",
      Stop: "finished",
    };
    expect(Object.keys(hooks).sort()).toEqual(Object.keys(words).sort());
    for (const [event, word] of Object.entries(words)) {
      const { type, command } = hooks[event][0].hooks[0];
      expect(type).toBe("command");
      // As Claude Code runs it: in a session of its own, below a process that has the terminal.
      expect(await inTerminal('setsid sh -c "$HOOK" && printf done', { HOOK: command })).toBe(
        `\x1b]777;signalbox;${word}\x07done`,
      );
      // Without any terminal it says nothing and still succeeds.
      const alone = spawnSync("setsid", ["sh", "-c", command], { encoding: "utf8", stdio: "pipe" });
      expect(existsSync("/dev/?")).toBe(false);
      expect(alone).toMatchObject({ status: 0, stdout: "", stderr: "" });
    }
  });

  it("Codex", () => {
    const settings = [
      "-c",
      `mcp_servers.signalbox.url="${URL}"`,
      "-c",
      'mcp_servers.signalbox.bearer_token_env_var="SIGNALBOX_MCP_TOKEN"',
    ];
    expect(plan("codex", { args: ["exec", "hi"] }).args).toEqual([...settings, "exec", "hi"]);
    expect(plan("codex", { foreign: true }).args).toEqual([
      ...settings,
      "-c",
      'mcp_servers.signalbox.http_headers={"X-Construct-Session"="s-1"}',
    ]);
  });

  it("Gemini CLI", () => {
    const { args, env, files } = plan("gemini", { foreign: true });
    const path = "/home/me/.signalbox/run/s-1/gemini-defaults.json";
    expect(args).toEqual([]);
    expect(env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH).toBe(path);
    expect(files).toEqual([{ path, text: expect.any(String), mode: 0o600 }]);
    expect(JSON.parse(files[0]?.text ?? "")).toEqual({
      mcpServers: {
        signalbox: {
          httpUrl: URL,
          headers: { Authorization: "Bearer $SIGNALBOX_MCP_TOKEN", "X-Construct-Session": "s-1" },
        },
      },
    });
  });

  it("Gemini CLI keeps the defaults of the machine, or those that the person named, beside ours", () => {
    const theirs =
      '{"theme":"x","mcpServers":{"corp":{"httpUrl":"https://c.test","headers":{"a":"$A"}},"signalbox":{}}}';
    const read: string[] = [];
    const readText = (path: string) => {
      read.push(path);
      return theirs;
    };
    const settings = (more: Partial<LaunchContext>) => JSON.parse(plan("gemini", more).files[0]?.text ?? "");
    expect(settings({ readText })).toMatchObject({
      theme: "x",
      mcpServers: { corp: { headers: { a: "$A" } }, signalbox: { httpUrl: URL } },
    });
    settings({ readText, inherited: { GEMINI_CLI_SYSTEM_DEFAULTS_PATH: "/my/defaults.json" } });
    expect(read[0]).toMatch(/system-defaults\.json$/);
    expect(read[1]).toBe("/my/defaults.json");
    for (const broken of ["// no", "[]", '{"mcpServers":1}', undefined]) {
      expect(Object.keys(settings({ readText: () => broken }))).toEqual(["mcpServers"]);
    }
  });

  it("opencode's plugin tells the terminal when it works, waits and has finished, and what sub-agents do not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-plugin-"));
    const home = homeFolder(join(folder, "home"));
    writePlanFiles(plan("opencode", { home }));
    const events = [
      { type: "session.created", properties: { info: { id: "child", parentID: "s" } } },
      { type: "session.status", properties: { sessionID: "s", status: { type: "busy" } } },
      { type: "session.status", properties: { sessionID: "child", status: { type: "busy" } } },
      { type: "session.idle", properties: { sessionID: "child" } },
      { type: "permission.asked", properties: { sessionID: "child" } },
      { type: "permission.replied", properties: { sessionID: "child" } },
      { type: "session.idle", properties: { sessionID: "s" } },
      { type: "server.connected" },
    ];
    const script = `import { Signalbox } from ${JSON.stringify(join(home.run, "s-1", "opencode-plugin.js"))};
      const { event } = await Signalbox({});
      for (const one of ${JSON.stringify(events)}) await event({ event: one });`;
    writeFileSync(join(folder, "run.mjs"), script);
    const said = await inTerminal('exec "$NODE" "$RUN"', { NODE: process.execPath, RUN: join(folder, "run.mjs") });
    const words = said
      .split("\u001b]777;signalbox;")
      .slice(1)
      .map((text) => text.split("\u0007")[0]);
    expect(words).toEqual(["working", "waiting", "working", "finished"]);
    // Without any terminal it says nothing, and what it stands in goes on.
    expect(spawnSync("setsid", ["-w", process.execPath, join(folder, "run.mjs")], { stdio: "pipe" }).status).toBe(0);
  });

  it("opencode", () => {
    const { args, env } = plan("opencode", { args: ["run"] });
    expect(args).toEqual(["run"]);
    expect(JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? "")).toEqual({
      plugin: ["file:///home/me/.signalbox/run/s-1/opencode-plugin.js"],
      mcp: {
        signalbox: {
          type: "remote",
          url: URL,
          headers: { Authorization: "Bearer {env:SIGNALBOX_MCP_TOKEN}" },
          enabled: true,
        },
      },
    });
  });

  it("a shell, the demo and any other command are told by their environment alone", () => {
    for (const [agent, more] of [
      ["shell", {}],
      ["demo", {}],
      ["custom", { command: "htop", args: ["-d", "5"] }],
    ] as const) {
      const { env, files } = plan(agent, more as Partial<LaunchContext>);
      expect(files).toEqual([]);
      expect(env).toMatchObject({ SIGNALBOX_MCP_URL: URL, SIGNALBOX_MCP_TOKEN: TOKEN, SIGNALBOX_SESSION_ID: "s-1" });
    }
    expect(plan("custom", { command: "htop", args: ["-d", "5"] })).toMatchObject({
      command: "htop",
      args: ["-d", "5"],
      display: "htop -d 5",
    });
    expect(plan("demo").args.at(-1)).toBe("demo-agent");
  });
});

describe("for every agent", () => {
  for (const agent of AGENT_IDS) {
    it(`A7: ${agent} gets the secret in its environment and nowhere else`, () => {
      const { env, ...rest } = plan(agent, { args: ["--x"], command: "/opt/x", foreign: true });
      expect(JSON.stringify(rest)).not.toContain(TOKEN);
      expect(Object.entries(env).filter(([, value]) => value?.includes(TOKEN))).toEqual([
        ["SIGNALBOX_MCP_TOKEN", TOKEN],
      ]);
    });

    it(`A28: ${agent} gets each argument as it is`, () => {
      const args = ["$(id)", "; rm -rf /", "a b", "'\"\\", "-"];
      const { args: planned } = plan(agent, { args, command: "/opt/x" });
      const at = planned.indexOf("$(id)");
      expect(planned.slice(at, at + args.length)).toEqual(args);
    });

    it(`${agent}: nobody's HOME is changed, and what the person adds to the environment cannot replace the session's`, () => {
      const { env } = plan(agent, { command: "/opt/x", env: { MINE: "1", SIGNALBOX_MCP_TOKEN: "no" } });
      expect(env).not.toHaveProperty("HOME");
      expect(env).toMatchObject({ MINE: "1", SIGNALBOX_MCP_TOKEN: TOKEN });
    });
  }
});

it("says which program is missing and how to get it", () => {
  const missing = (agent: AgentId) => planLaunch(agent, { id: agent, name: agent, found: false }, context());
  expect(missing("claude")).toEqual({
    ok: false,
    fault: {
      code: "agent-not-found",
      message: "`claude` wasn't found on PATH.",
      hint: "Install it with `npm install -g @anthropic-ai/claude-code`, or choose its file.",
    },
  });
  expect(missing("custom")).toMatchObject({ ok: false, fault: { code: "command-missing" } });
  expect(planLaunch("claude", undefined, context({ command: "/opt/claude" }))).toMatchObject({ ok: true });
});

it("writes an agent's files closed to others, in a folder closed to others", () => {
  const home = homeFolder(join(mkdtempSync(join(tmpdir(), "signalbox-agents-")), "home"));
  const { files, ...rest } = plan("gemini", { home });
  writePlanFiles({ files, ...rest });
  const path = files[0]?.path ?? "";
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  expect(readFileSync(path, "utf8")).toBe(files[0]?.text);
});

it.each<[AgentId, args: string[] | undefined, resumed: string[] | undefined]>([
  ["claude", undefined, ["--continue"]],
  ["claude", ["--model", "opus"], ["--continue", "--model", "opus"]],
  ["claude", ["--resume=abc"], ["--resume=abc"]],
  ["claude", ["-c"], ["-c"]],
  // A prompt would be sent a second time.
  ["claude", ["fix the build"], undefined],
  ["codex", [], ["resume", "--last"]],
  ["codex", ["-m", "o5"], ["resume", "--last", "-m", "o5"]],
  ["codex", ["resume", "0a1b"], ["resume", "0a1b"]],
  ["codex", ["exec", "fix it"], undefined],
  ["gemini", ["--sandbox"], ["--resume", "latest", "--sandbox"]],
  ["gemini", ["-r", "3"], ["-r", "3"]],
  ["opencode", [], ["--continue"]],
  ["opencode", ["--session", "x"], ["--session", "x"]],
  ["opencode", ["serve"], undefined],
  ["shell", [], undefined],
  ["demo", [], undefined],
  ["custom", ["--continue"], undefined],
])(
  "goes on with the last conversation of %s %j by %j, and with none where it would do something else",
  (agent, args, resumed) => {
    expect(resumeArguments(agent, { args })).toEqual(resumed);
  },
);
