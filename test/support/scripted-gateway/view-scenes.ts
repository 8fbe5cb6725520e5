/** The scenes of what can be opened: the window itself, its dialogs, and every page of the settings. */
import { ago, type Scene, session } from "./scene.ts";
import { app, base, FAILING_SERVERS, MAIN, OUTBOX, sessions } from "./world.ts";

/** Each is a picture of its own, `settings-<section>`. */
const SECTIONS = [
  "general",
  "appearance",
  "terminal",
  "agents",
  "servers",
  "programs",
  "outbox",
  "daemon",
  "notifications",
  "shortcuts",
  "accessibility",
  "privacy",
  "devices",
  "json",
  "about",
] as const;

/** Enough to be searched, each of a state and an agent. */
const manySessions = (now: number) => [
  ...sessions(now),
  ...Array.from({ length: 14 }, (_, at) =>
    session(now, {
      id: `5f0c2a1e-0000-4000-8000-0000000001${String(at).padStart(2, "0")}`,
      label: `batch-import-${at + 1}`,
      cwd: `/home/me/work/customers/acme/import-${at + 1}`,
      status: { state: "finished", evidence: "exit code 0", since: ago(now, 86_400 * (at + 1)) },
      terminal: { state: "exited", code: 0, signal: null },
    }),
  ),
];

export const viewScenes = (now: number): Scene[] => [
  base(now, "main"),
  base(now, "detail", { path: `/session/${MAIN}/call/t4-1` }),
  base(now, "detail-running", { path: `/session/${MAIN}/call/t4-3` }),
  base(now, "first-run", { path: "/", app: app(now) }),
  base(now, "no-activity", { events: {} }),
  base(now, "palette", { acts: ["F1"] }),
  base(now, "palette-search", { acts: ["F1", "read"] }),
  base(now, "new-session", { acts: ["Control+Shift+Enter"] }),
  base(now, "machines", {
    app: app(now, {
      daemons: [
        { id: "b0", name: "build-box", state: "connected" },
        { id: "a7", name: "attic", state: "away", reason: "it was last heard of 40 s ago" },
      ],
      sessions: sessions(now).map((each, at) =>
        at === 1 || at === 2 ? each : { ...each, daemon: at === 0 ? "b0" : "a7" },
      ),
    }),
    acts: ["Control+Shift+Enter", { see: "last heard of" }],
  }),
  base(now, "resume", {
    app: app(now, {
      sessions: sessions(now).map((each, at) =>
        at > 2
          ? each
          : { ...each, terminal: { state: "gone", reason: "the daemon that ran it is gone" }, resumable: at < 2 },
      ),
    }),
    acts: ["F1", "were interrupted", "Enter"],
  }),
  base(now, "settings-search", { acts: ["Control+,", "cursor"] }),
  base(now, "servers", { acts: ["F1", "mcp servers", "Enter"] }),
  base(now, "shortcuts", { acts: ["F1", "keyboard shortcuts", "Enter"] }),
  base(now, "waterfall", { acts: ["F1", "waterfall", "Enter"] }),
  base(now, "activity-toggled", { acts: ["Control+Shift+J"] }),
  base(now, "panels-toggled", { acts: ["Control+Shift+J", "Control+Shift+B"] }),
  base(now, "toast", { acts: ["F1", "archive session", "Enter"] }),
  base(now, "rename", { acts: ["F1", "rename", "Enter"] }),
  base(now, "beside", { acts: ["F1", "side by side", "Enter"] }),
  base(now, "send-text", { acts: ["F1", "send text to several", "Enter"] }),
  base(now, "find", { acts: ["Control+Shift+F", "session"] }),
  base(now, "unknown-session", { path: "/session/7f3a9999-0000-4000-8000-000000000000" }),
  base(now, "bad-link", { path: "/session/a b" }),
  base(now, "unknown-call", { path: `/session/${MAIN}/call/nope` }),
  base(now, "nothing-selected", { path: "/" }),
  base(now, "session-menu", { acts: [{ click: "Session actions" }] }),
  base(now, "session-tools", { acts: ["F1", "tools of the session", "Enter"] }),
  base(now, "restart-question", { acts: ["F1", "restart the session", "Enter"] }),
  base(now, "stop-question", { acts: ["F1", "stop the session", "Enter"] }),
  base(now, "totals", { acts: ["F1", "totals of", "Enter", { see: "Slowest calls" }] }),
  base(now, "delete", { acts: ["F1", "delete session", "Enter"] }),
  base(now, "daemon-popover", { acts: [{ click: "Daemon" }] }),
  base(now, "many-sessions", { app: app(now, { sessions: manySessions(now) }) }),
  base(now, "server-details", { path: "/settings/servers", acts: [{ click: "workspace" }] }),
  base(now, "server-edit", { path: "/settings/servers", acts: [{ click: "workspace" }, { click: "Edit…" }] }),
  base(now, "server-log", {
    path: "/settings/servers",
    acts: [{ click: "workspace" }, { click: "Show log" }, { see: "412 tests passed" }],
  }),
  base(now, "agents-own", {
    path: "/settings/agents",
    templates: [
      { id: "aider", name: "Aider", command: "aider", args: ["--model", "gpt-9", "--mcp={mcp_url}"] },
      { id: "goose", name: "goose", command: "/opt/goose/bin/goose", env: { GOOSE_TOKEN_FROM: "{token_variable}" } },
    ],
    acts: [{ click: "Add an agent" }],
  }),
  base(now, "servers-failing", {
    path: "/settings/servers",
    app: app(now, { sessions: sessions(now), servers: FAILING_SERVERS }),
    acts: [{ click: "linear" }],
  }),
  base(now, "servers-failing-popover", {
    app: app(now, { sessions: sessions(now), servers: FAILING_SERVERS }),
    acts: [{ click: "Daemon" }],
  }),
  base(now, "agent-missing", { acts: ["Control+Shift+Enter", { click: "how to install" }] }),
  base(now, "filter-empty", {
    acts: [{ click: "Activity sheet", narrow: true }, { click: "Filter calls" }, "deploy to the moon"],
  }),
  base(now, "theme-import", { path: "/settings/appearance", acts: [{ click: "Import…" }] }),
  base(now, "pairing", {
    path: "/settings/devices",
    acts: [{ click: "Connect another" }, { click: "Show six digits" }],
  }),
  base(now, "program-token", {
    path: "/settings/programs",
    acts: [{ click: "Make a token" }, "design tool", "Enter", { see: "shown this once" }],
  }),
  base(now, "shortcut-recording", { path: "/settings/shortcuts", acts: [{ click: "Change" }, "Control+Shift+T"] }),
  base(now, "settings-found", { path: "/settings/general", acts: ["mcp"] }),
  base(now, "settings-nothing", { path: "/settings/general", acts: ["zzz"] }),
  ...SECTIONS.map((section) => base(now, `settings-${section}`, { path: `/settings/${section}`, outbox: OUTBOX(now) })),
];
