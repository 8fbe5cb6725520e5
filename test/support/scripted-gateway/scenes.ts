/** Owns the scenes: every state that the page can be in, each as data. */
import type { AppState, DaemonView } from "../../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../../shared/protocol/gateway-api.ts";
import { AGENT_SCREEN } from "./agent-screen.ts";
import { ago, LogBuilder, type Scene, session } from "./scene.ts";

const AGENTS: AgentView[] = [
  { id: "claude", name: "Claude Code", found: true, path: "/usr/bin/claude", version: "2.1.197" },
  { id: "codex", name: "Codex", found: true, path: "/usr/bin/codex", version: "0.169.0" },
  { id: "gemini", name: "Gemini CLI", found: false, install: "npm install -g @google/gemini-cli" },
  { id: "opencode", name: "opencode", found: false, install: "npm install -g opencode-ai" },
  { id: "shell", name: "Shell", found: true, path: "/bin/bash" },
  { id: "demo", name: "Demo", found: true },
];

const SERVERS: AppState["servers"] = [
  {
    name: "demo",
    transport: "builtin",
    state: "ready",
    latency_ms: 40,
    tools: [{ name: "hash_tree", description: "Hash every file of a folder" }, { name: "count_lines" }],
  },
  {
    name: "workspace",
    transport: "stdio",
    state: "ready",
    latency_ms: 310,
    tools: [{ name: "build" }, { name: "run_tests" }],
  },
  {
    name: "vercel",
    transport: "http",
    state: "ready",
    latency_ms: 120,
    tools: [{ name: "deploy_preview", description: "Deploy a preview of the current branch" }],
  },
];

const daemon = (now: number, change: Partial<DaemonView> = {}): DaemonView => ({
  state: "connected",
  url: "http://127.0.0.1:54500/mcp",
  pid: 4711,
  version: "0.1.0",
  own: true,
  since: ago(now, 3_600),
  attempts: [
    { path: "/home/ada/.signalbox/mcp.json", outcome: "used" },
    { path: "/home/ada/.construct/mcp.json", outcome: "not-tried" },
  ],
  ...change,
});

function app(now: number, change: Partial<AppState> = {}): AppState {
  return {
    version: "0.1.0",
    now: new Date(now).toISOString(),
    home_dir: "/home/ada",
    daemon: daemon(now),
    servers: SERVERS,
    sessions: [],
    recording: { ok: true },
    ...change,
  };
}

const MAIN = "5f0c2a1e-0000-4000-8000-000000000001";

const sessions = (now: number): AppState["sessions"] => [
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000002",
    label: "billing-webhooks",
    agent: "codex",
    agent_name: "Codex",
    cwd: "/home/ada/src/billing",
    status: { state: "needs_you", evidence: "Approve the migration?", since: ago(now, 40) },
  }),
  session(now, {
    id: MAIN,
    label: "api-refactor",
    created_at: ago(now, 500),
    calls: { total: 14, running: 2, failed: 1 },
    last_call: { tool: "build", state: "running" },
  }),
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000003",
    label: "docs-site",
    agent: "opencode",
    agent_name: "opencode",
    cwd: "/home/ada/src/docs",
    created_at: ago(now, 900),
    status: { state: "running", evidence: "output 3 s ago", since: ago(now, 680) },
  }),
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000004",
    label: "fix-flaky-tests",
    status: { state: "finished", evidence: "exit code 0", since: ago(now, 3_700) },
    terminal: { state: "exited", code: 0, signal: null },
  }),
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000005",
    label: "infra-upgrade",
    agent: "gemini",
    agent_name: "Gemini CLI",
    cwd: "/home/ada/ops",
    status: { state: "failed", evidence: "exited with code 1", since: ago(now, 7_300) },
    terminal: { state: "exited", code: 1, signal: null },
  }),
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000006",
    label: "changelog",
    cwd: "/home/ada/src/web",
    status: { state: "finished", evidence: "exit code 0", since: ago(now, 2.4 * 86_400) },
    terminal: { state: "exited", code: 0, signal: null },
  }),
];

export const mainLog = (now: number) => {
  const log = new LogBuilder(now);
  for (let index = 0; index < 20; index += 1) {
    log.call({
      id: `t1-${index}`,
      tool: index % 3 === 0 ? "read_file" : index % 3 === 1 ? "list_dir" : "git_log",
      server: index % 3 === 2 ? "git" : "fs",
      startedAgo: 900 - index * 4,
      took: ((index * 37) % 11) / 10 + 0.02,
      end: "finished",
    });
  }
  return log
    .call({
      id: "t2-1",
      tool: "create_issue",
      server: "linear",
      startedAgo: 260,
      took: 22,
      end: "delivered",
      message: "Delivered after 22 s, Linear was unreachable",
    })
    .call({ id: "t2-2", tool: "list_dir", server: "fs", startedAgo: 248, took: 0.018, end: "finished" })
    .call({
      id: "t3-1",
      tool: "notion.search",
      server: "notion",
      startedAgo: 142,
      took: 2.1,
      end: "finished",
      message: "4 of 4 pages",
    })
    .call({ id: "t3-2", tool: "git_diff", server: "git", startedAgo: 139, took: 0.112, end: "finished" })
    .call({ id: "t3-3", tool: "read_file", server: "fs", startedAgo: 138, took: 0.031, end: "finished" })
    .call({ id: "t3-4", tool: "read_file", server: "fs", startedAgo: 137, took: 0.04, end: "finished" })
    .call({
      id: "t3-5",
      tool: "run_tests",
      server: "workspace",
      startedAgo: 136,
      took: 38.2,
      end: "finished",
      message: "412 passed",
    })
    .gap(60, 55, 12)
    .call({
      id: "t4-1",
      tool: "deploy_preview",
      server: "vercel",
      startedAgo: 18,
      took: 1.2,
      end: "failed",
      error: { code: -32001, message: "Request timed out" },
      args: { project: "api", target: "preview", token: "••••••" },
      steps: [
        { after: 0.2, progress: 1, total: 9, message: "Uploading 1 of 9" },
        { after: 0.5, progress: 2, total: 9, message: "Uploading 2 of 9" },
        { after: 0.8, progress: 3, total: 9, message: "Uploading 3 of 9" },
      ],
    })
    .call({
      id: "t4-2",
      tool: "search_code",
      server: "ripgrep",
      startedAgo: 9.4,
      args: { pattern: "legacyRoute" },
      steps: [{ after: 6, progress: 1204, message: "1,204 files searched" }],
    })
    .call({
      id: "t4-3",
      tool: "build",
      server: "workspace",
      startedAgo: 9.1,
      args: { target: "packages/*" },
      steps: [{ after: 8, progress: 31, total: 50, message: "Compiling 31 of 50 · packages/router" }],
    })
    .frames();
};

const base = (now: number, name: string, change: Partial<Scene> = {}): Scene => ({
  name,
  path: `/session/${MAIN}`,
  app: app(now, { sessions: sessions(now) }),
  agents: AGENTS,
  recentFolders: ["/home/ada/src/api", "/home/ada/src/billing"],
  events: { [MAIN]: mainLog(now) },
  terminals: { [MAIN]: { screen: AGENT_SCREEN } },
  ...change,
});

const withDaemon = (now: number, name: string, change: Partial<DaemonView>): Scene =>
  base(now, name, { app: app(now, { sessions: sessions(now), daemon: daemon(now, change) }) });

const withMain = (
  now: number,
  name: string,
  change: Partial<AppState["sessions"][number]>,
  more: Partial<Scene> = {},
): Scene =>
  base(now, name, {
    app: app(now, { sessions: sessions(now).map((each) => (each.id === MAIN ? { ...each, ...change } : each)) }),
    ...more,
  });

const OUTBOX = (now: number): NonNullable<Scene["outbox"]> => [
  {
    id: 1,
    key: "k1",
    server: "linear",
    tool: "create_issue",
    session: MAIN,
    call: "o1",
    state: "queued",
    reason: "connection refused",
    attempts: 3,
    created_at: ago(now, 60),
    next_at: new Date(now + 20_000).toISOString(),
  },
  {
    id: 2,
    key: "k2",
    server: "linear",
    tool: "create_issue",
    session: MAIN,
    call: "o9",
    state: "unknown",
    attempts: 1,
    created_at: ago(now, 90),
  },
];

const LONG = "x".repeat(10_000);
const HOSTILE = "<img src=x onerror=alert(1)> \u001b[31mred\u001b[0m \u202egnp.exe\u202c \u200bzero 👩‍👩‍👧‍👦 שלום";

export const scenes = (now: number): Scene[] => [
  base(now, "main"),
  base(now, "detail", { path: `/session/${MAIN}/call/t4-1` }),
  base(now, "detail-running", { path: `/session/${MAIN}/call/t4-3` }),
  base(now, "first-run", { path: "/", app: app(now) }),
  base(now, "no-activity", { events: {} }),
  base(now, "palette", { keys: ["F1"] }),
  base(now, "palette-search", { keys: ["F1", "read"] }),
  base(now, "new-session", { keys: ["Control+Shift+Enter"] }),
  base(now, "settings", { keys: ["Control+,"] }),
  base(now, "settings-search", { keys: ["Control+,", "cursor"] }),
  base(now, "servers", { keys: ["F1", "mcp servers", "Enter"] }),
  base(now, "shortcuts", { keys: ["F1", "keyboard shortcuts", "Enter"] }),
  base(now, "waterfall", { keys: ["F1", "waterfall", "Enter"] }),
  base(now, "panels-toggled", { keys: ["Control+Shift+J", "Control+Shift+B"] }),
  base(now, "toast", { keys: ["F1", "archive session", "Enter"] }),
  base(now, "rename", { keys: ["F1", "rename", "Enter"] }),
  base(now, "beside", { keys: ["F1", "side by side", "Enter"] }),
  base(now, "find", { keys: ["Control+Shift+F", "session"] }),
  base(now, "unknown-session", { path: "/session/7f3a9999-0000-4000-8000-000000000000" }),
  base(now, "bad-link", { path: "/session/a b" }),
  base(now, "unknown-call", { path: `/session/${MAIN}/call/nope` }),
  base(now, "nothing-selected", { path: "/" }),
  withDaemon(now, "daemon-searching", { state: "searching", attempts: [] }),
  withDaemon(now, "daemon-starting", { state: "starting" }),
  withDaemon(now, "daemon-lost", {
    state: "lost",
    since: ago(now, 30),
    retry_at: new Date(now + 20_000).toISOString(),
    reason: "The connection was reset.",
  }),
  withDaemon(now, "daemon-none", {
    state: "none",
    reason: "None of the usual files leads to a daemon that answers.",
    attempts: [
      {
        path: "/home/ada/.signalbox/mcp.json",
        outcome: "no-answer",
        reason: "http://127.0.0.1:54500 did not answer within 500 ms",
      },
      {
        path: "/home/ada/.construct/mcp.json",
        outcome: "refused",
        reason: "other users may write to it (chmod 600 it)",
      },
      { path: "/home/ada/.revka/mcp.json", outcome: "absent" },
    ],
  }),
  withDaemon(now, "daemon-refused", { state: "refused" }),
  withDaemon(now, "daemon-mismatch", {
    state: "mismatch",
    reason: "The daemon is of version 0.0.9 and speaks an older protocol.",
  }),
  withMain(
    now,
    "exited",
    {
      status: { state: "failed", evidence: "exit code 1", since: ago(now, 5) },
      terminal: { state: "exited", code: 1, signal: null },
    },
    { terminals: { [MAIN]: { screen: AGENT_SCREEN, exit: { code: 1, signal: null } } } },
  ),
  withMain(
    now,
    "terminal-failed",
    { terminal: { state: "failed", reason: "/home/ada/src/api is no folder any more" } },
    { terminals: { [MAIN]: { screen: "" } } },
  ),
  withMain(now, "daemon-gone", {
    terminal: { state: "gone" },
    status: { state: "unknown", evidence: "its daemon ended", since: ago(now, 5) },
  }),
  base(now, "gateway-lost", { drop: "app" }),
  base(now, "terminal-reconnecting", { drop: "terminal" }),
  base(now, "sign-in", { path: "/", signedIn: false }),
  base(now, "not-recording", {
    app: app(now, { sessions: sessions(now), recording: { ok: false, reason: "the disk is full" } }),
  }),
  base(now, "other-version", { app: app(now, { sessions: sessions(now), version: "0.2.0" }) }),
  base(now, "outbox", {
    keys: ["Control+,", "Tab", "Tab", "Tab", "Tab", "Enter"],
    outbox: OUTBOX(now),
  }),
  base(now, "outcomes", {
    outbox: OUTBOX(now),
    events: {
      [MAIN]: new LogBuilder(now)
        .call({ id: "o1", tool: "create_issue", server: "linear", startedAgo: 60, took: 0.1, end: "queued" })
        .call({ id: "o2", tool: "create_issue", server: "linear", startedAgo: 58, took: 12, end: "delivered" })
        .call({
          id: "o3",
          tool: "create_issue",
          server: "linear",
          startedAgo: 56,
          took: 3,
          end: "discarded",
          error: { message: "Taken out by hand" },
        })
        .call({
          id: "o4",
          tool: "long_job",
          server: "jobs",
          startedAgo: 50,
          steps: [{ after: 1, progress: 1, total: 4 }],
        })
        .gap(40, 4, null, true)
        .call({ id: "o5", tool: "fetch", server: "web", startedAgo: 30, took: 2, end: "cancelled" })
        .call({
          id: "o6",
          tool: "transcode",
          server: "media",
          startedAgo: 120,
          steps: [{ after: 1, progress: 4, total: 9, message: "Pass 1" }],
        })
        .gap(20, 4, 3)
        .call({
          id: "o7",
          tool: "publish",
          server: "web",
          startedAgo: 6,
          steps: [{ after: 1, progress: 5, total: 5, message: "Writing" }],
        })
        .call({ id: "o8", tool: "think", server: "web", startedAgo: 5 })
        .frames(),
    },
  }),
  withMain(
    now,
    "hostile",
    { label: HOSTILE, cwd: `/home/ada/${LONG}`, agent_name: HOSTILE },
    {
      events: {
        [MAIN]: new LogBuilder(now)
          .call({
            id: "h1",
            tool: HOSTILE,
            server: HOSTILE,
            startedAgo: 20,
            took: 1,
            end: "finished",
            message: HOSTILE,
            args: { [HOSTILE]: HOSTILE, long: LONG },
          })
          .call({
            id: "h2",
            tool: LONG,
            server: LONG,
            startedAgo: 19,
            steps: [{ after: 1, progress: 3, total: 9, message: LONG }],
          })
          .call({
            id: "h3",
            tool: "a\nb\rc",
            startedAgo: 18,
            took: 1,
            end: "failed",
            error: { code: LONG, message: `${HOSTILE}${LONG}` },
          })
          .frames(),
      },
    },
  ),
];
