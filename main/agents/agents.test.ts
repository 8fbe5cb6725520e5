/** Proves that each agent is started exactly as it was seen to work, and that the secret travels in the environment alone. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import { openPty } from "../daemon/terminal/pty/open-pty.ts";
import { homeFolder } from "../home/home-folder.ts";
import { agentKind, hasConversation, planLaunch, resumptionOf, writePlanFiles } from "./agents.ts";
import type { LaunchContext, LaunchPlan } from "./launch-plan.ts";

const TOKEN = "canary-0123456789abcdef";
const URL = "http://127.0.0.1:54500/mcp";
const DEFAULTS = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";

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
      UserPromptSubmit: "prompt",
      Notification: "waiting",
      PermissionRequest: "waiting",
      Elicitation: "waiting",
      Stop: "finished",
      StopFailure: "failed",
    };
    expect(Object.keys(said(hooks)).sort()).toEqual(Object.keys(words).sort());
    for (const [event, word] of Object.entries(words)) {
      const { type, command } = hooks[event][0].hooks[0];
      expect(type).toBe("command");
      // As Claude Code runs it: in a session of its own, below a process that has the terminal.
      expect(await inTerminal('setsid sh -c "$HOOK" && printf done', { HOOK: command })).toBe(
        `\x1b]777;signalbox;${word}\x07done`,
      );
      // Also where there is no `ps`, as in a small container, and from below another shell.
      expect(
        await inTerminal('export PATH=/nowhere; /usr/bin/setsid /bin/sh -c "$HOOK" && printf done', { HOOK: command }),
      ).toBe(`\x1b]777;signalbox;${word}\x07done`);
      expect(
        await inTerminal('/usr/bin/setsid /bin/bash -c "$OUTER; true"', {
          OUTER: '/bin/bash -c "$HOOK"',
          HOOK: command,
        }),
      ).toBe(`\x1b]777;signalbox;${word}\x07`);
      // With what Claude Code gives a hook to read: the kind of a failed turn's error, and nothing else of it.
      const about = `{"cwd":"/\\"error\\":\\"no","hook_event_name":"${event}","error":"rate_limit","last_assistant_message":"$(id) \\"error\\":"}`;
      expect(await inTerminal(`printf '%s' "$ABOUT" | setsid sh -c "$HOOK"`, { HOOK: command, ABOUT: about })).toBe(
        `\x1b]777;signalbox;${word}${word === "failed" ? ";rate_limit" : ""}\x07`,
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
    const commented = '{ "security": {"auth": "corp"}, // set by IT\n "mcpServers": {}, }';
    expect(settings({ readText: () => commented })).toMatchObject({ security: { auth: "corp" } });
    for (const none of ["// no", "", undefined]) {
      expect(Object.keys(settings({ readText: () => none }))).toEqual(["mcpServers"]);
    }
    // What cannot be read may forbid something: it is left for Gemini CLI to complain of.
    for (const broken of ["{", "[]", '{"mcpServers":1}']) {
      const { env, files } = plan("gemini", { readText: () => broken, inherited: { [DEFAULTS]: "/my/defaults.json" } });
      expect(files).toEqual([]);
      expect(env).not.toHaveProperty(DEFAULTS);
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

  it("opencode's configuration is laid over the one that the person gives in the environment", () => {
    const name = "OPENCODE_CONFIG_CONTENT";
    const config = (more: Partial<LaunchContext>) => plan("opencode", more).env[name];
    const theirs = `{ // mine
      "permission": {"bash": "deny"}, "plugin": ["file:///mine.js"], /* and */
      "mcp": {"corp": {"type": "local"}, "signalbox": {"type": "local", "command": ["x"]}},
      "note": "// no comment, \\" /* nor this */ ,]",
    }`;
    for (const more of [{ inherited: { [name]: theirs } }, { env: { [name]: theirs }, inherited: { [name]: "{}" } }]) {
      const merged = JSON.parse(config(more) ?? "");
      expect(merged).toEqual({
        permission: { bash: "deny" },
        note: '// no comment, " /* nor this */ ,]',
        plugin: ["file:///mine.js", "file:///home/me/.signalbox/run/s-1/opencode-plugin.js"],
        mcp: { corp: { type: "local" }, signalbox: expect.objectContaining({ type: "remote", url: URL }) },
      });
      expect(merged.mcp.signalbox).not.toHaveProperty("command");
    }
    // What cannot be read may forbid something: it is left for opencode to complain of.
    for (const broken of ["{", "[]", "1"]) {
      expect(config({ inherited: { [name]: broken } })).toBeUndefined();
      expect(config({ env: { [name]: broken } })).toBe(broken);
    }
    for (const empty of ["", " ", "// nothing"]) {
      expect(Object.keys(JSON.parse(config({ inherited: { [name]: empty } }) ?? ""))).toEqual(["mcp", "plugin"]);
    }
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

it("Claude Code waits for no hook that reports, and none holds the token; a foreign daemon hears none", () => {
  const hooksOf = (more: Partial<LaunchContext>) => {
    const { args } = plan("claude", more);
    return args[args.indexOf("--settings") + 1] ?? "";
  };
  const all: Hooks[string] = Object.values<Hooks[string]>(JSON.parse(hooksOf({})).hooks).flat();
  const reports = all.flatMap(({ hooks }) => hooks).filter(({ command }) => command.includes("agent-events"));
  expect(reports.length).toBeGreaterThan(8);
  for (const report of reports) expect(report).toMatchObject({ type: "command", async: true, timeout: 4 });
  expect(hooksOf({ token: "very-secret-token" })).not.toContain("very-secret-token");
  expect(hooksOf({ foreign: true })).not.toContain("agent-events");
});

type Hooks = Record<string, { hooks: { command: string }[] }[]>;
/** The hooks that say a word to the terminal. */
const said = (hooks: Hooks): Hooks =>
  Object.fromEntries(
    Object.entries(hooks).filter(([, list]) => list.some((item) => item.hooks[0]?.command.includes("signalbox;"))),
  );

it("the end of a turn that is the end of the program calls nobody", () => {
  for (const args of [["-p", "hi"], ["--print"], ["hi", "-p"], ["-cp"]]) {
    const { args: planned } = plan("claude", { args });
    const { hooks } = JSON.parse(planned[planned.indexOf("--settings") + 1] ?? "");
    expect(Object.keys(said(hooks))).toEqual(["UserPromptSubmit"]);
  }
  expect(plan("opencode", { args: ["run", "hi"] }).files[0]?.text).not.toMatch(/"session.idle"\) say/);
  expect(plan("opencode", { args: [] }).files[0]?.text).toMatch(/"session.idle"\) say/);
});

/** As each agent's `--help` lists them (Claude Code 2.1.197 and 2.1.332, Codex 0.171.0, Gemini CLI 0.61.0, opencode 1.18.33). */
const COMMANDS: Record<"claude" | "codex" | "gemini" | "opencode", string> = {
  claude: `agents attach auth auto-mode doctor gateway import install logs mcp plugin plugins project purge respawn rm setup-token stop
    kill ultrareview update upgrade`,
  codex: `login logout mcp plugin app-server completion update doctor sandbox debug apply a archive delete cloud features help`,
  gemini: "mcp extensions extension skills skill hooks hook gemma",
  opencode: `completion mcp attach debug providers auth agent upgrade uninstall models stats export import github session plugin plug db`,
};

describe.each(Object.entries(COMMANDS) as [AgentId, string][])("%s before a command of its own", (agent, commands) => {
  it.each(commands.split(/\s+/))("%s gets nothing added", (command) => {
    const value = agent === "opencode" || agent === "gemini" ? ["--model", "m"] : ["--model", "m", "--add-dir", "x"];
    for (const args of [[command], [command, "list"], [command, "--json", "x"]]) {
      const { args: planned, env, files } = plan(agent, { args });
      expect(planned).toEqual(args);
      expect(files).toEqual([]);
      expect(Object.keys(env).sort()).toEqual(["SIGNALBOX_MCP_TOKEN", "SIGNALBOX_MCP_URL", "SIGNALBOX_SESSION_ID"]);
    }
    // Codex and Claude Code take several folders here, so the command would be one of them: something else stands between.
    const behind = [...value, ...(value.length > 2 ? ["-c"] : []), ...(agent === "codex" ? ["x=1"] : []), command];
    expect(plan(agent, { args: behind }).args).toEqual(behind);
  });
});

it("a prompt that begins like a command, and commands that start the agent, get its MCP server", () => {
  for (const args of [
    ["update the docs"],
    ["-p", "mcp list, please"],
    ["--model", "mcp"],
    ["fix", "mcp"],
    ["--resume", "mcp"],
  ]) {
    expect(plan("claude", { args }).args).toContain("--mcp-config");
  }
  for (const command of ["exec", "e", "resume", "fork", "review"]) {
    expect(plan("codex", { args: [command, "x"] }).args.slice(-2)).toEqual([command, "x"]);
    expect(plan("codex", { args: [command, "x"] }).args).toContain("-c");
  }
  for (const command of ["run", "serve", "web", "acp", "pr", "./folder"]) {
    expect(plan("opencode", { args: [command] }).env).toHaveProperty("OPENCODE_CONFIG_CONTENT");
  }
  expect(plan("gemini", { args: ["explain hooks"] }).files).toHaveLength(1);
});

it.each<[AgentId, args: string[] | undefined, resumed: string[] | undefined, by?: "name" | "folder"]>([
  ["claude", undefined, ["--continue"]],
  ["claude", ["--model", "opus"], ["--continue", "--model", "opus"]],
  ["claude", ["--add-dir", "a", "b", "--verbose"], ["--continue", "--add-dir", "a", "b", "--verbose"]],
  [
    "claude",
    ["--allowedTools", "Bash(git *)", "--debug", "api", "-d"],
    ["--continue", "--allowedTools", "Bash(git *)", "--debug", "api", "-d"],
  ],
  ["claude", ["--append-system-prompt", "--odd"], ["--continue", "--append-system-prompt", "--odd"]],
  ["claude", ["--model", "opus", "--"], ["--continue", "--model", "opus"]],
  ["claude", ["--resume=abc"], ["--resume=abc"], "name"],
  ["claude", ["-r", "abc", "--model", "opus"], ["-r", "abc", "--model", "opus"], "name"],
  ["claude", ["-c"], ["-c"]],
  ["claude", ["--session-id", "u-1", "--verbose"], ["--resume", "u-1", "--verbose"], "name"],
  ["claude", ["--session-id", "u-1", "--session-id=u-2"], undefined],
  ["claude", ["--verbose", "--session-id=u-1"], ["--resume", "u-1", "--verbose"], "name"],
  // A prompt would be sent a second time, wherever it stands.
  ["claude", ["fix the build"], undefined],
  ["claude", ["--model", "opus", "fix the build"], undefined],
  ["claude", ["--model=opus", "fix the build"], undefined],
  ["claude", ["--verbose", "fix the build"], undefined],
  ["claude", ["-p", "fix the build"], undefined],
  ["claude", ["--print", "--model", "opus"], undefined],
  ["claude", ["-cp", "fix the build"], undefined],
  ["claude", ["--permission-mode", "acceptEdits", "--allowedTools", "Edit", "--", "fix it"], undefined],
  ["claude", ["--resume", "abc", "fix it"], undefined],
  ["claude", ["-r", "abc", "--", "fix it"], undefined],
  ["claude", ["-c", "fix it"], undefined],
  ["claude", ["-"], undefined],
  // It is not known what this option takes.
  ["claude", ["--new-option", "fix it"], undefined],
  ["claude", ["--new-option"], undefined],
  // Another folder, another computer, or a copy.
  ["claude", ["--worktree"], undefined],
  ["claude", ["--cloud", "x"], undefined],
  ["claude", ["--resume", "abc", "--fork-session"], undefined],
  ["claude", ["mcp", "list"], undefined],
  ["codex", [], ["resume", "--last"]],
  ["codex", ["-m", "o5"], ["resume", "--last", "-m", "o5"]],
  ["codex", ["-mo5", "-a", "never", "--search"], ["resume", "--last", "-mo5", "-a", "never", "--search"]],
  ["codex", ["-c", "model=x", "fix it"], undefined],
  ["codex", ["-i", "a.png", "fix it"], undefined],
  ["codex", ["--", "fix it"], undefined],
  ["codex", ["-C", "/elsewhere"], undefined],
  ["codex", ["resume", "0a1b"], ["resume", "0a1b"], "name"],
  ["codex", ["resume"], ["resume"], "name"],
  ["codex", ["resume", "--last"], ["resume", "--last"]],
  ["codex", ["-m", "o5", "resume", "--last"], ["-m", "o5", "resume", "--last"]],
  ["codex", ["resume", "0a1b", "fix it"], undefined],
  ["codex", ["resume", "--last", "fix it"], undefined],
  ["codex", ["exec", "fix it"], undefined],
  ["codex", ["fork", "--last"], undefined],
  ["gemini", ["--sandbox"], ["--resume", "latest", "--sandbox"]],
  ["gemini", ["-e", "none", "-m", "pro"], ["--resume", "latest", "-e", "none", "-m", "pro"]],
  ["gemini", ["-r", "3"], ["-r", "3"]],
  ["gemini", ["--session-id", "u-2"], ["--resume", "u-2"], "name"],
  ["gemini", ["-i", "fix it"], undefined],
  ["gemini", ["--prompt-interactive=fix it"], undefined],
  ["gemini", ["-p", "fix it"], undefined],
  ["gemini", ["-pfix"], undefined],
  ["gemini", ["-e", "none", "fix it"], undefined],
  ["gemini", ["--yolo", "fix it"], undefined],
  ["gemini", ["--promptInteractive", "fix it"], undefined],
  ["opencode", [], ["--continue"]],
  ["opencode", ["-m", "a/b", "--agent", "plan"], ["--continue", "-m", "a/b", "--agent", "plan"]],
  ["opencode", ["--session", "x"], ["--session", "x"], "name"],
  ["opencode", ["--prompt", "fix it"], undefined],
  ["opencode", ["--prompt=fix it", "-c"], undefined],
  ["opencode", ["run", "fix it"], undefined],
  ["opencode", ["serve"], undefined],
  ["shell", [], undefined],
  ["demo", [], undefined],
  ["custom", ["--continue"], undefined],
])("%s %j goes on by %j, or not at all where something else would happen", (agent, args, resumed, by = "folder") => {
  expect(resumptionOf(agent, { args })).toEqual(resumed === undefined ? undefined : { args: resumed, by });
});

it("one's own command for a known agent is that agent, as far as conversations of a folder go", () => {
  expect(agentKind("claude", {})).toBe("claude");
  expect(agentKind("custom", { command: "/opt/bin/claude" })).toBe("claude");
  expect(agentKind("custom", { template: { id: "x", name: "X", command: "codex" } })).toBe("codex");
  expect(agentKind("custom", { command: "htop" })).toBe("htop");
});

describe("an agent is started with a limit that fits long work", () => {
  const LONG = 3_600_000;
  const files = (texts: Record<string, string>) => ({
    readText: (path: string) => texts[path],
    inherited: { HOME: "/home/me" },
  });
  const claudeTimeout = (more: Partial<LaunchContext>) => {
    const { args, wait } = plan("claude", { longCallMs: LONG, ...more });
    const config = args[args.indexOf("--mcp-config") + 1] ?? "";
    return { timeout: JSON.parse(config).mcpServers.signalbox.timeout, wait };
  };
  const opencodeTimeout = (more: Partial<LaunchContext>) => {
    const { env, wait } = plan("opencode", { longCallMs: LONG, ...more });
    return { timeout: JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? "").mcp.signalbox.timeout, wait };
  };
  const codexLimits = (more: Partial<LaunchContext>) =>
    plan("codex", { longCallMs: LONG, ...more }).args.filter((word) => /timeout/.test(word));

  it("Claude Code: the server's own timeout, at which it is known to give up", () => {
    expect(claudeTimeout({})).toEqual({ timeout: LONG, wait: { limit_ms: LONG, keep_waiting: true } });
  });

  it.each([
    ["the environment", { inherited: { MCP_TOOL_TIMEOUT: "90000" } }],
    ["the session's environment", { env: { MCP_TOOL_TIMEOUT: "90000" }, inherited: { MCP_TOOL_TIMEOUT: "5" } }],
    ["the person's settings", files({ "/home/me/.claude/settings.json": '{"env":{"MCP_TOOL_TIMEOUT":"90000"}}' })],
    ["the project's settings", files({ "/work/.claude/settings.local.json": '{"env":{"MCP_TOOL_TIMEOUT":90000}}' })],
    ["--settings", { args: ["--settings", '{"env":{"MCP_TOOL_TIMEOUT":"90000"}}'] }],
    [
      "a file of --settings",
      { args: ["--settings=mine.json"], ...files({ "/work/mine.json": '{"env":{"MCP_TOOL_TIMEOUT":"90000"}}' }) },
    ],
  ])("Claude Code: a limit from %s stays, and is what is known of it", (_from, more) => {
    expect(claudeTimeout(more)).toEqual({ timeout: undefined, wait: { limit_ms: 90_000, keep_waiting: true } });
  });

  it("Claude Code: the person's limit for silence stays, and nobody speaks for a silent tool", () => {
    expect(claudeTimeout({ inherited: { CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT: "40000" } })).toEqual({
      timeout: undefined,
      wait: { silence: { after_ms: 40_000, check_ms: 30_000 }, keep_waiting: false },
    });
    expect(claudeTimeout({ inherited: { CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT: "0" } }).wait).toEqual({
      keep_waiting: false,
    });
  });

  it("Codex: for a call and for its start, unless the person says otherwise", () => {
    const both = ["mcp_servers.signalbox.tool_timeout_sec=3600", "mcp_servers.signalbox.startup_timeout_sec=60"];
    expect(codexLimits({})).toEqual(both);
    expect(codexLimits(files({ "/home/me/.codex/config.toml": "model = [" }))).toEqual(both);
    const own = "[mcp_servers.signalbox]\ntool_timeout_sec = 120.0\nstartup_timeout_sec = 5\n";
    expect(codexLimits(files({ "/home/me/.codex/config.toml": own }))).toEqual([]);
    expect(codexLimits({ ...files({ "/c/config.toml": own }), env: { CODEX_HOME: "/c" } })).toEqual([]);
    // The last one counts.
    const mine = "mcp_servers.signalbox.tool_timeout_sec=7";
    expect(codexLimits({ args: ["-c", mine] })).toEqual([...both, mine]);
  });

  it("Gemini CLI: in its defaults, where a limit of the machine's stays", () => {
    const timeout = (more: Partial<LaunchContext>) =>
      JSON.parse(plan("gemini", { longCallMs: LONG, ...more }).files[0]?.text ?? "").mcpServers.signalbox.timeout;
    expect(timeout({})).toBe(LONG);
    const machine = '{"mcpServers":{"signalbox":{"timeout":5}}}';
    expect(
      timeout({
        inherited: { [DEFAULTS]: "/etc/g.json" },
        readText: (path) => (path === "/etc/g.json" ? machine : undefined),
      }),
    ).toBe(5);
  });

  it("opencode: in its configuration, where a limit of the person's stays and nobody speaks for a silent tool", () => {
    expect(opencodeTimeout({})).toEqual({ timeout: LONG, wait: undefined });
    const wait = { keep_waiting: false };
    const all = '{"experimental":{"mcp_timeout":1000}}';
    expect(opencodeTimeout(files({ "/home/me/.config/opencode/opencode.jsonc": `// mine\n${all}` }))).toEqual({
      timeout: undefined,
      wait,
    });
    expect(opencodeTimeout(files({ "/work/opencode.json": all }))).toEqual({ timeout: undefined, wait });
    expect(opencodeTimeout({ env: { OPENCODE_CONFIG_CONTENT: '{"mcp":{"signalbox":{"timeout":9}}}' } })).toEqual({
      timeout: 9,
      wait,
    });
  });
});

describe("exactly this conversation", () => {
  const id = "5927219c-f38e-4aa0-b076-b89e383ef0a0";
  const resumed = (agent: AgentId, args: string[]) => resumptionOf(agent, { args, conversation: id });

  it.each<[AgentId, string[], string[]]>([
    ["claude", [], ["--resume", id]],
    ["claude", ["--model", "opus", "fix the bug"], ["--resume", id, "--model", "opus"]],
    ["claude", ["--model", "opus", "--", "fix", "--it"], ["--resume", id, "--model", "opus"]],
    ["claude", ["--continue", "--verbose"], ["--resume", id, "--verbose"]],
    ["claude", ["--session-id=other", "-r", "another"], ["--resume", id]],
    ["codex", ["--model", "m", "fix the bug"], ["resume", id, "--model", "m"]],
    [
      "codex",
      ["-m", "m", "resume", "--last", "-s", "read-only", "go on"],
      ["-m", "m", "resume", id, "-s", "read-only"],
    ],
    ["opencode", ["-c", "-m", "x/y"], ["--session", id, "-m", "x/y"]],
  ])("%s %j goes on with it, and sends no prompt again", (agent, args, wanted) => {
    expect(resumed(agent, args)).toEqual({ args: wanted, by: "name" });
  });

  it("is not offered where there is none to come back to, or where nobody knows which words are a prompt", () => {
    for (const args of [["-p", "hi"], ["--no-session-persistence"], ["mcp", "list"], ["--unknown-option", "hi"]])
      expect(resumed("claude", args)).toBeUndefined();
    expect(resumed("codex", ["exec", "hi"])).toBeUndefined();
    expect(resumed("opencode", ["run", "hi"])).toBeUndefined();
  });

  it("is looked for where the agent keeps it", () => {
    const home = mkdtempSync(join(tmpdir(), "signalbox-conversation-"));
    const has = (agent: AgentId) => hasConversation(agent, id, { HOME: home });
    expect([has("claude"), has("codex"), has("opencode")]).toEqual([false, false, undefined]);
    const claude = join(home, ".claude", "projects", "-home-ada-project");
    const codex = join(home, ".codex", "sessions", "2026", "12", "01");
    for (const folder of [claude, codex]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(claude, `${id}.jsonl`), "");
    writeFileSync(join(codex, `rollout-2026-12-01T02-19-47-${id}.jsonl`), "");
    expect([has("claude"), has("codex")]).toEqual([true, true]);
    rmSync(home, { recursive: true });
  });
});
