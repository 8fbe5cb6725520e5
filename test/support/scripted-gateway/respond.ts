/** Owns what the scripted gateway answers over HTTP. */
import type { Scene } from "./scene.ts";

/** Status and body; `body` is the request's. What is not named here is answered with an empty object, as if it had been done. */
export function respond(scene: Scene, method: string, url: URL, body = ""): [number, unknown] {
  const { pathname } = url;
  if (method !== "GET" && scene.me?.scope === "read-only") {
    return [403, { error: { code: "read-only", message: "This device may only watch." } }];
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
  if (pathname === "/api/v1/sessions" && method === "POST") {
    const id = scene.app.sessions[0]?.id ?? "s-new";
    return [201, { id, links: { deep: `signalbox://session/${id}`, web: `/session/${id}` } }];
  }
  if (pathname === "/api/v1/pairing") {
    const expires_at = new Date(Date.parse(scene.app.now) + 290_000).toISOString();
    return [201, { link_code: "scripted-link-code", digits: "314159", expires_at, scope: "full" }];
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
  "/api/v1/outbox": { entries: scene.outbox ?? [] },
  "/api/v1/search": { hits: [] },
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
