/** The names of the settings' sections, and words by which people look for them. */

export const SECTIONS = [
  { id: "general", name: "General", words: "start last session new agent activity waterfall tray login" },
  { id: "appearance", name: "Appearance", words: "theme dark light contrast terminal colours import iterm" },
  {
    id: "terminal",
    name: "Terminal",
    words: "font text size line height cursor scrollback graphics card option alt meta copy clipboard osc",
  },
  { id: "agents", name: "Agents", words: "claude codex gemini opencode own program command template" },
  { id: "servers", name: "Servers", words: "mcp tools add read-only sign in log secrets" },
  { id: "programs", name: "Connected programs", words: "client tools token plugin page script origin websocket" },
  { id: "outbox", name: "Outbox", words: "queued writes delivery" },
  { id: "daemon", name: "Daemon and discovery", words: "doctor report discovery files disconnect idle" },
  { id: "notifications", name: "Notifications", words: "quiet hours pause needs you failed finished browser sound" },
  { id: "shortcuts", name: "Shortcuts", words: "keys keyboard bindings" },
  { id: "accessibility", name: "Accessibility", words: "motion screen reader" },
  { id: "privacy", name: "Privacy and data", words: "history retention secrets telemetry reset" },
  { id: "devices", name: "Devices", words: "pair browser phone revoke token" },
  { id: "json", name: "Edit as JSON", words: "settings file" },
  { id: "about", name: "About", words: "version licence" },
] as const;
export type SectionId = (typeof SECTIONS)[number]["id"];
