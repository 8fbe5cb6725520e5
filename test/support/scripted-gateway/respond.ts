/** What the scripted gateway answers over HTTP. */
import type { Scene } from "./scene.ts";

/** Status and body; `body` is the request's. What is not named here is answered with an empty object, as if it had been done. */
export function respond(scene: Scene, method: string, url: URL, body = ""): [number, unknown] {
  const { pathname } = url;
  if (method !== "GET" && scene.me?.scope === "read-only") {
    return [403, { error: { code: "read-only", message: "This device has view-only access." } }];
  }
  if (pathname === "/api/v1/folders") {
    const path = (url.searchParams.get("path") ?? "~").replace(/^~/, scene.app.home_dir).replace(/\/$/, "");
    return [200, { path, parent: "/", folders: ["api", "billing", "docs", "web"] }];
  }
  const turns = /^\/api\/v1\/sessions\/([^/]+)\/turns$/.exec(pathname);
  if (turns !== null) return [200, { turns: scene.turns?.[turns[1] ?? ""] ?? [] }];
  const events = /^\/api\/v1\/sessions\/([^/]+)\/events$/.exec(pathname);
  if (events !== null) {
    const all = (scene.events[events[1] ?? ""] ?? []).flatMap((frame) => ("events" in frame ? frame.events : []));
    const after = Number(url.searchParams.get("after"));
    return [200, { events: all.filter((entry) => entry.seq > after), next: null }];
  }
  if (/^\/api\/v1\/sessions\/[^/]+\/paths$/.test(pathname)) {
    const { paths } = JSON.parse(body) as { paths: string[] };
    return [200, { paths: paths.map((path) => (path in FILES ? { path: FILES[path], kind: "file" } : null)) }];
  }
  if (/^\/api\/v1\/sessions\/[^/]+\/totals$/.test(pathname)) return [200, TOTALS];
  if (pathname === "/api/v1/sessions" && method === "POST") {
    const id = scene.app.sessions[0]?.id ?? "s-new";
    return [201, { id, links: { deep: `signalbox://session/${id}`, web: `/session/${id}` } }];
  }
  if (pathname === "/api/v1/pairing") {
    const expires_at = new Date(Date.parse(scene.app.now) + 290_000).toISOString();
    const code = { id: "code", scope: "full", expires_at };
    if (method === "GET") {
      const made = { made_by: { kind: "owner" }, made_at: scene.app.now, digits: true };
      return [200, { codes: [{ ...code, ...made }] }];
    }
    const digits = body.includes('"digits":true') ? "314159" : undefined;
    return [201, { ...code, link_code: "scripted-link-code", digits }];
  }
  if (pathname === "/api/v1/client-tokens" && method === "POST") {
    return [201, { id: "c4", token: "5f3a91c2".repeat(8) }];
  }
  if (pathname === "/api/v1/servers/test") {
    return [200, { name: "x", transport: "http", state: "ready", tools: [{ name: "echo" }] }];
  }
  if (pathname === "/api/v1/daemon/restart" && !body.includes('"force":true')) {
    const error = { code: "sessions-running", message: "2 programs are still running." };
    return [409, { error: { ...error, hint: "With `force` they are ended, too." } }];
  }
  const known = method === "GET" ? got(scene)[pathname] : undefined;
  return [200, known ?? {}];
}

const TOTALS = {
  tools: [
    { server: "workspace", tool: "read_file", calls: 214, errors: 3, p50: 38, p95: 410, bytes: 4_810_000 },
    { server: "workspace", tool: "build", calls: 12, errors: 2, p50: 41_000, p95: 126_000, bytes: 92_000 },
    { server: "vercel", tool: "deploy_preview", calls: 3, errors: 1, p50: 1_200, p95: 61_000, bytes: 5_100 },
    { server: "github", tool: "search_code_in_all_repositories_of_the_organisation", calls: 1, errors: 0, bytes: 310 },
  ],
  servers: [
    { server: "workspace", calls: 226, errors: 5, p50: 40, p95: 44_000, bytes: 4_902_000 },
    { server: "vercel", calls: 3, errors: 1, p50: 1_200, p95: 61_000, bytes: 5_100 },
  ],
  slowest: [
    {
      id: "t4-1",
      tool: "deploy_preview",
      about: "preview",
      state: "failed",
      startedAt: "2026-11-30T14:02:00.000Z",
      durationMs: 61_000,
    },
  ],
};

/** The files that there are, by how a terminal names them. */
const FILES: Record<string, string> = {
  "src/fold.ts": "/home/me/src/api/src/fold.ts",
  "file:///home/me/notes.txt": "/home/me/notes.txt",
};

const got = (scene: Scene): Record<string, unknown> => ({
  "/api/v1/agents": { agents: scene.agents, recent_folders: scene.recentFolders },
  "/api/v1/agent-templates": { templates: scene.templates ?? [] },
  "/api/v1/servers": {
    mcpServers: {
      workspace: { command: "npx", args: ["-y", "workspace-mcp"], env: { WORKSPACE_TOKEN: "••••••" } },
      vercel: { url: "https://mcp.vercel.example/mcp" },
    },
  },
  "/api/v1/servers/workspace/log": { text: WORKSPACE_LOG },
  "/api/v1/tool-settings": { hide: [{ server: "vercel", tool: "deploy_preview" }] },
  "/api/v1/secrets": { names: ["GITHUB_TOKEN", "linear.key"] },
  "/api/v1/daemon/settings": { end_calls_on_disconnect: false, session_idle_minutes: 120 },
  "/api/v1/history-limits": { days: 90, megabytes: 2048 },
  "/api/v1/inbox": { entries: scene.inbox ?? [] },
  "/api/v1/outbox": { entries: scene.outbox ?? [] },
  "/api/v1/search": { hits: [] },
  "/api/v1/client-tokens": {
    clients: [
      {
        id: "c1",
        name: "Design tool",
        server: "design-tool",
        origins: ["https://design.example"],
        sessions: "all",
        timeout_seconds: 120,
        created_at: scene.app.now,
        connected: true,
        last_seen_at: scene.app.now,
        title: "Canvas plugin",
        version: "4.2.0",
        tools: ["read_selection", "export_frame", "rename_layers_of_the_whole_page_by_a_pattern"],
      },
      {
        id: "c2",
        name: "Weather",
        server: "weather",
        origins: [],
        sessions: [scene.app.sessions[0]?.id ?? "s-gone"],
        timeout_seconds: 30,
        created_at: scene.app.now,
        connected: false,
        last_seen_at: "2026-11-12T08:00:00Z",
        tools: [],
      },
      {
        id: "c3",
        name: "Bench",
        server: "bench",
        origins: [],
        sessions: "all",
        timeout_seconds: 3_600,
        created_at: scene.app.now,
        connected: false,
        tools: [],
      },
    ],
  },
  "/api/v1/devices": {
    devices: [
      { id: "d1", name: "Firefox on Linux", scope: "full", created_at: scene.app.now, last_used_at: scene.app.now },
      { id: "d2", name: "Phone", scope: "read-only", created_at: scene.app.now, last_used_at: "2026-11-12T08:00:00Z" },
    ],
  },
});

/** What a server writes to its error stream: long lines, colours, and a control character that must be seen, not obeyed. */
const WORKSPACE_LOG = [
  "workspace-mcp 2.3.1 on stdio",
  "loaded 14 packages from /home/me/src/api in 212 ms",
  "\u001b[33mwarn\u001b[0m packages/legacy has no build script; it is left out of every build until it gets one, see https://workspace.example/docs/build-scripts",
  "build packages/router",
  "build packages/router: 31 of 50 files",
  "run_tests packages/*\u0007",
  "run_tests: 412 tests passed, 0 failed, 3 skipped in 38.2 s",
  "",
].join("\n");
