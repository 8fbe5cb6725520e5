/** Owns the scenes of what can be opened: the window itself, its dialogs, and every page of the settings. */
import type { Scene } from "./scene.ts";
import { app, base, MAIN, OUTBOX } from "./world.ts";

/** Each is a picture of its own, `settings-<section>`. */
const SECTIONS = [
  "general",
  "appearance",
  "terminal",
  "agents",
  "servers",
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

export const viewScenes = (now: number): Scene[] => [
  base(now, "main"),
  base(now, "detail", { path: `/session/${MAIN}/call/t4-1` }),
  base(now, "detail-running", { path: `/session/${MAIN}/call/t4-3` }),
  base(now, "first-run", { path: "/", app: app(now) }),
  base(now, "no-activity", { events: {} }),
  base(now, "palette", { acts: ["F1"] }),
  base(now, "palette-search", { acts: ["F1", "read"] }),
  base(now, "new-session", { acts: ["Control+Shift+Enter"] }),
  base(now, "settings-search", { acts: ["Control+,", "cursor"] }),
  base(now, "servers", { acts: ["F1", "mcp servers", "Enter"] }),
  base(now, "shortcuts", { acts: ["F1", "keyboard shortcuts", "Enter"] }),
  base(now, "waterfall", { acts: ["F1", "waterfall", "Enter"] }),
  base(now, "panels-toggled", { acts: ["Control+Shift+J", "Control+Shift+B"] }),
  base(now, "toast", { acts: ["F1", "archive session", "Enter"] }),
  base(now, "rename", { acts: ["F1", "rename", "Enter"] }),
  base(now, "beside", { acts: ["F1", "side by side", "Enter"] }),
  base(now, "find", { acts: ["Control+Shift+F", "session"] }),
  base(now, "unknown-session", { path: "/session/7f3a9999-0000-4000-8000-000000000000" }),
  base(now, "bad-link", { path: "/session/a b" }),
  base(now, "unknown-call", { path: `/session/${MAIN}/call/nope` }),
  base(now, "nothing-selected", { path: "/" }),
  ...SECTIONS.map((section) => base(now, `settings-${section}`, { path: `/settings/${section}`, outbox: OUTBOX(now) })),
];
