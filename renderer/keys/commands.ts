/** Owns the names of the commands and their keys; what they do is bound in the shell. */

export const COMMAND_IDS = [
  "palette",
  "new-session",
  "demo",
  "close-session",
  "find",
  "toggle-sessions",
  "toggle-activity",
  "next-needs-you",
  "next-region",
  "previous-region",
  "split",
  "settings",
  "servers",
  "outbox",
  "shortcuts",
  "retry-daemon",
  "restart-session",
  "rename-session",
  "pin-session",
  "archive-session",
  "delete-session",
  "session-tools",
  "copy-link",
  "export-events",
  "waterfall",
  "theme-contrast",
  "theme-dark",
  "theme-light",
  "theme-system",
] as const;
export type CommandId = (typeof COMMAND_IDS)[number];

export interface Command {
  id: CommandId;
  name: string;
  /** Keys in the form of `keyName`; `mod` is ⌘ on macOS and Ctrl+Shift elsewhere. */
  keys: readonly string[];
  /** Changes something at the gateway, so a device that may only watch has no use for it. */
  acts?: true;
}

/** Several keys where browsers keep one for themselves: Ctrl+Shift+T and Ctrl+Shift+W never reach a page in a tab. */
export const COMMANDS: readonly Command[] = [
  { id: "palette", name: "Search or run a command", keys: ["mod+p", "f1"] },
  { id: "new-session", name: "New session", keys: ["mod+t", "mod+enter"], acts: true },
  { id: "demo", name: "Try the demo", keys: [], acts: true },
  { id: "close-session", name: "Close session", keys: ["mod+w", "mod+backspace"] },
  { id: "find", name: "Find in terminal", keys: ["mod+f"] },
  { id: "toggle-sessions", name: "Show or hide sessions", keys: ["mod+b"] },
  { id: "toggle-activity", name: "Show or hide activity", keys: ["mod+j"] },
  { id: "next-needs-you", name: "Go to the next session that needs you", keys: ["mod+a"] },
  { id: "next-region", name: "Go to the next region", keys: ["f6"] },
  { id: "previous-region", name: "Go to the previous region", keys: ["shift+f6"] },
  { id: "split", name: "Show two sessions side by side", keys: ["mod+s"] },
  { id: "settings", name: "Settings", keys: ["mod+,"] },
  { id: "servers", name: "MCP servers", keys: [] },
  { id: "outbox", name: "Outbox: writes that wait", keys: [] },
  { id: "shortcuts", name: "Keyboard shortcuts", keys: [] },
  { id: "retry-daemon", name: "Look for the daemon again", keys: [], acts: true },
  { id: "restart-session", name: "Restart the session's program", keys: [], acts: true },
  { id: "rename-session", name: "Rename session", keys: [], acts: true },
  { id: "pin-session", name: "Pin or unpin session", keys: [] },
  { id: "archive-session", name: "Archive session", keys: [] },
  { id: "delete-session", name: "Delete session", keys: [], acts: true },
  { id: "session-tools", name: "Tools of the session", keys: [], acts: true },
  { id: "copy-link", name: "Copy link to session", keys: [] },
  { id: "export-events", name: "Export the session's events", keys: [] },
  { id: "waterfall", name: "Show activity as waterfall or list", keys: [] },
  { id: "theme-contrast", name: "High-contrast theme", keys: [] },
  { id: "theme-dark", name: "Dark theme", keys: [] },
  { id: "theme-light", name: "Light theme", keys: [] },
  { id: "theme-system", name: "Theme of the system", keys: [] },
];
