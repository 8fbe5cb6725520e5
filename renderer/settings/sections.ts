/** Owns the names of the settings' sections, and words by which people look for them. */

export const SECTIONS = [
  { id: "appearance", name: "Appearance", words: "theme dark light contrast" },
  { id: "terminal", name: "Terminal", words: "font text size line height cursor scrollback graphics card" },
  { id: "servers", name: "Servers", words: "mcp tools add read-only sign in log" },
  { id: "outbox", name: "Outbox", words: "queued writes delivery" },
  { id: "daemon", name: "Daemon and discovery", words: "doctor report discovery files" },
  { id: "notifications", name: "Notifications", words: "quiet hours tray login" },
  { id: "shortcuts", name: "Shortcuts", words: "keys keyboard bindings" },
  { id: "accessibility", name: "Accessibility", words: "motion screen reader" },
  { id: "privacy", name: "Privacy and data", words: "history retention secrets telemetry reset" },
  { id: "devices", name: "Devices", words: "pair browser phone revoke token" },
  { id: "json", name: "As JSON", words: "settings file" },
  { id: "about", name: "About", words: "version licence" },
] as const;
export type SectionId = (typeof SECTIONS)[number]["id"];
