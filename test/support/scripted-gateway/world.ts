/** What the scenes have in common: agents, servers, sessions and their calls, and how a scene differs from the usual one. */
import type { AppState, DaemonView } from "../../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../../shared/protocol/gateway-api.ts";
import { agentScreen } from "./agent-screen.ts";
import { mainLog } from "./main-log.ts";
import { ago, type Scene, session } from "./scene.ts";

export const AGENTS: AgentView[] = [
  { id: "claude", name: "Claude Code", found: true, path: "/usr/bin/claude", version: "2.1.197" },
  { id: "codex", name: "Codex", found: true, path: "/usr/bin/codex", version: "0.169.0" },
  { id: "gemini", name: "Gemini CLI", found: false, install: "npm install -g @google/gemini-cli" },
  { id: "opencode", name: "opencode", found: false, install: "npm install -g opencode-ai" },
  { id: "shell", name: "Shell", found: true, path: "/bin/bash" },
  { id: "demo", name: "Demo", found: true },
];

export const SERVERS: AppState["servers"] = [
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

/** As it looks when something is wrong with each but the first. */
export const FAILING_SERVERS: AppState["servers"] = [
  ...SERVERS.slice(0, 1),
  {
    name: "github",
    transport: "stdio",
    state: "failed",
    reason: "It ended with code 1 before it answered.\nError: GITHUB_TOKEN is not set\n    at main (index.js:12:9)",
    tools: [],
  },
  {
    name: "linear",
    transport: "http",
    state: "failed",
    reason: "It wants a sign-in.",
    sign_in: true,
    tools: [],
  },
  { name: "notion", transport: "http", state: "connecting", tools: [] },
  { name: "old-tools", transport: "stdio", state: "disabled", tools: [] },
];

export const daemon = (now: number, change: Partial<DaemonView> = {}): DaemonView => ({
  state: "connected",
  url: "http://127.0.0.1:54500/mcp",
  pid: 4711,
  version: "0.1.0",
  own: true,
  since: ago(now, 3_600),
  attempts: [
    { path: "/home/me/.signalbox/mcp.json", outcome: "used" },
    { path: "/home/me/.construct/mcp.json", outcome: "not-tried" },
  ],
  ...change,
});

export function app(now: number, change: Partial<AppState> = {}): AppState {
  return {
    version: "0.1.0",
    now: new Date(now).toISOString(),
    home_dir: "/home/me",
    daemon: daemon(now),
    servers: SERVERS,
    sessions: [],
    recording: { ok: true },
    outbox: { waiting: 0, dead: 0, unknown: 0 },
    ...change,
  };
}

export const MAIN = "5f0c2a1e-0000-4000-8000-000000000001";

export const sessions = (now: number): AppState["sessions"] => [
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000002",
    label: "billing-webhooks",
    agent: "codex",
    agent_name: "Codex",
    cwd: "/home/me/src/billing",
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
    cwd: "/home/me/src/docs",
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
    cwd: "/home/me/ops",
    status: { state: "failed", evidence: "exited with code 1", since: ago(now, 7_300) },
    terminal: { state: "exited", code: 1, signal: null },
  }),
  session(now, {
    id: "5f0c2a1e-0000-4000-8000-000000000006",
    label: "changelog",
    cwd: "/home/me/src/web",
    status: { state: "finished", evidence: "exit code 0", since: ago(now, 2.4 * 86_400) },
    terminal: { state: "exited", code: 0, signal: null },
  }),
];

export const base = (now: number, name: string, change: Partial<Scene> = {}): Scene => ({
  name,
  path: `/session/${MAIN}`,
  app: app(now, { sessions: sessions(now) }),
  agents: AGENTS,
  recentFolders: ["/home/me/src/api", "/home/me/src/billing"],
  events: { [MAIN]: mainLog(now) },
  terminals: { [MAIN]: { screen: agentScreen } },
  ...change,
});

export const withDaemon = (now: number, name: string, change: Partial<DaemonView>): Scene =>
  base(now, name, { app: app(now, { sessions: sessions(now), daemon: daemon(now, change) }) });

export const withMain = (
  now: number,
  name: string,
  change: Partial<AppState["sessions"][number]>,
  more: Partial<Scene> = {},
): Scene =>
  base(now, name, {
    app: app(now, { sessions: sessions(now).map((each) => (each.id === MAIN ? { ...each, ...change } : each)) }),
    ...more,
  });

export const OUTBOX = (now: number): NonNullable<Scene["outbox"]> => [
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
