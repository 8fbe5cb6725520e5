/** Owns the names of the commands and their keys; what they do is bound in the shell. */

export const COMMAND_IDS = [
  "palette",
  "new-session",
  "demo",
  "close-session",
  "next-session",
  "previous-session",
  "find",
  "filter-calls",
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
  "start-daemon",
  "restart-session",
  "resume-session",
  "rename-session",
  "pin-session",
  "archive-session",
  "delete-session",
  "session-tools",
  "copy-link",
  "export-events",
  "export-recording",
  "export-timeline",
  "export-replay",
  "waterfall",
  "theme-contrast",
  "theme-dark",
  "theme-light",
  "theme-system",
  "screen-reader",
] as const;
export type CommandId = (typeof COMMAND_IDS)[number];

export interface Command {
  id: CommandId;
  name: string;
  /** Keys in the form of `keyName`; `mod` is ⌘ on macOS and Ctrl+Shift elsewhere. */
  keys: readonly string[];
  /** Changes something at the gateway, so a device that may only watch has no use for it. */
  acts?: true;
  /** Is about the session that is shown. */
  session?: true;
}

/** Several keys where browsers keep one for themselves: Ctrl+Shift+T and Ctrl+Shift+W never reach a page in a tab. */
export const COMMANDS: readonly Command[] = [
  { id: "palette", name: "Search or run a command", keys: ["mod+p", "f1"] },
  { id: "new-session", name: "New session", keys: ["mod+t", "mod+enter"], acts: true },
  { id: "demo", name: "Try the demo", keys: [], acts: true },
  { id: "close-session", name: "Close session", keys: ["mod+w", "mod+backspace"] },
  { id: "next-session", name: "Go to the next session in the list", keys: [] },
  { id: "previous-session", name: "Go to the previous session in the list", keys: [] },
  { id: "find", name: "Find in terminal", keys: ["mod+f"], session: true },
  { id: "filter-calls", name: "Filter calls", keys: [], session: true },
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
  { id: "start-daemon", name: "Start the built-in daemon", keys: [], acts: true },
  { id: "restart-session", name: "Restart the session's program", keys: [], acts: true, session: true },
  { id: "resume-session", name: "Resume the agent's conversation", keys: [], acts: true, session: true },
  { id: "rename-session", name: "Rename session", keys: [], acts: true, session: true },
  { id: "pin-session", name: "Pin or unpin session", keys: [], session: true },
  { id: "archive-session", name: "Archive session", keys: [], session: true },
  { id: "delete-session", name: "Delete session", keys: [], acts: true, session: true },
  { id: "session-tools", name: "Tools of the session", keys: [], acts: true, session: true },
  { id: "copy-link", name: "Copy link to session", keys: [], session: true },
  { id: "export-events", name: "Export the session's events", keys: [], session: true },
  { id: "export-recording", name: "Export the session's recording (asciicast)", keys: [], session: true },
  { id: "export-timeline", name: "Export the session's timeline (Chrome trace)", keys: [], session: true },
  { id: "export-replay", name: "Export the session's replay (HTML)", keys: [], session: true },
  { id: "waterfall", name: "Show activity as waterfall or list", keys: [] },
  { id: "theme-contrast", name: "High-contrast theme", keys: [] },
  { id: "theme-dark", name: "Dark theme", keys: [] },
  { id: "theme-light", name: "Light theme", keys: [] },
  { id: "theme-system", name: "Theme of the system", keys: [] },
  { id: "screen-reader", name: "Switch the terminal's screen-reader mode on or off", keys: [] },
];
