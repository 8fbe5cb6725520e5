/** Which key means which command, and that no command takes a key that a program in the terminal needs. */
import type { Host } from "../host/host.ts";
import { COMMANDS, type CommandId } from "./commands.ts";

export type Platform = Host["platform"];

export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "shiftKey" | "altKey" | "metaKey">;

/** A press in one canonical form: `ctrl+shift+p`, `alt+1`, `f6`. Letters and digits go by their place where the layout has none. */
export function keyName(press: KeyPress): string {
  const parts: string[] = [];
  if (press.ctrlKey) parts.push("ctrl");
  if (press.altKey) parts.push("alt");
  if (press.shiftKey) parts.push("shift");
  if (press.metaKey) parts.push("meta");
  return [...parts, baseKey(press)].join("+");
}

function baseKey(press: KeyPress): string {
  // With Alt or Shift the character differs from what is printed on the key.
  const placed = /^(?:Key([A-Z])|Digit(\d))$/.exec(press.code);
  const latin = /^[a-z]$/i.test(press.key);
  if (placed !== null && !latin) return (placed[1] ?? placed[2] ?? "").toLowerCase();
  if (press.code === "Comma") return ",";
  // The same key has both on many keyboards, and on others the plus alone.
  if (press.key === "+") return "=";
  return press.key.toLowerCase();
}

/** What begins a key that macOS has not. */
const PC = "pc+";

/** What begins a key that no terminal has a code for. */
const PLAIN = "plain+";

/** `mod+p` becomes `meta+shift+p` on macOS for letters that ⌘ alone may not take, `ctrl+shift+p` elsewhere. */
export function expandKey(key: string, platform: Platform): string {
  if (key.startsWith(PC)) return `ctrl+shift+${key.slice(PC.length)}`;
  if (key.startsWith(PLAIN)) return `${platform === "darwin" ? "meta" : "ctrl"}+${key.slice(PLAIN.length)}`;
  if (!key.startsWith("mod+")) return key;
  const rest = key.slice("mod+".length);
  if (platform !== "darwin") return rest === "," ? "ctrl+," : `ctrl+shift+${rest}`;
  return NEEDS_SHIFT_ON_MAC.has(rest) ? `shift+meta+${rest}` : `meta+${rest}`;
}

/** ⌘P prints, ⌘A selects all, ⌘S saves, ⌘⌫ and ⌘⏎ edit: there the Shift stays. */
const NEEDS_SHIFT_ON_MAC = new Set(["p", "a", "s", "enter", "backspace"]);

/** Keys to commands. A person's own binding replaces all default keys of its command; an empty one removes them. */
export function keyMap(platform: Platform, own: Readonly<Record<string, string>>): Map<string, CommandId> {
  const map = new Map<string, CommandId>();
  for (const command of COMMANDS) {
    for (const key of keysOf(command.id, platform, own)) if (isAllowed(key)) map.set(key, command.id);
  }
  return map;
}

export function keysOf(id: CommandId, platform: Platform, own: Readonly<Record<string, string>>): string[] {
  const mine = own[id];
  if (mine !== undefined) return mine === "" ? [] : [mine];
  const command = COMMANDS.find((known) => known.id === id);
  const keys = (command?.keys ?? []).filter((key) => platform !== "darwin" || !key.startsWith(PC));
  return keys.map((key) => expandKey(key, platform));
}

/**
 * A shortcut must leave to the terminal what programs in it use: every plain key, Shift, Ctrl+key and Alt+key.
 * Allowed: ⌘, Ctrl+Shift, Ctrl with comma, plus, minus and 0 (no terminal code), Ctrl+Alt, F1 and F6.
 */
export function isAllowed(key: string): boolean {
  if (/^(shift\+)?f6$|^f1$|^ctrl\+[,=\-0]$/.test(key)) return true;
  const parts = key.split("+");
  if (parts.includes("meta")) return true;
  return parts.includes("ctrl") && (parts.includes("shift") || parts.includes("alt"));
}

/** Whether a command's key means something else where the focus is: in a field, selecting text and moving in it. */
export function isForField(id: CommandId, target: EventTarget | null): boolean {
  if (COMMANDS.find((command) => command.id === id)?.inTerminal !== true) return false;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest(".xterm") !== null) return false;
  // Zooming out of a terminal is the browser's.
  return (
    id.startsWith("zoom-") || target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null
  );
}

/** The number of the session that a press asks for: ⌘1–9 on macOS, Alt+1–9 elsewhere. */
export function sessionNumber(press: KeyPress, platform: Platform): number | undefined {
  const name = keyName(press);
  const match = (platform === "darwin" ? /^meta\+([1-9])$/ : /^alt\+([1-9])$/).exec(name);
  return match === null ? undefined : Number(match[1]);
}

const SYMBOLS: Record<string, string> = {
  enter: "⏎",
  backspace: "⌫",
  arrowup: "↑",
  arrowdown: "↓",
  "=": "+",
  "-": "−",
  escape: "Esc",
};
const MAC: Record<string, string> = { ctrl: "⌃", alt: "⌥", shift: "⇧", meta: "⌘" };
const OTHER: Record<string, string> = { ctrl: "Ctrl", alt: "Alt", shift: "⇧", meta: "Meta" };

/** As people read it: `Ctrl ⇧ P`, `⇧⌘P`. */
export function showKey(key: string, platform: Platform): string {
  const names = platform === "darwin" ? MAC : OTHER;
  const parts = key.split("+").map((part) => names[part] ?? SYMBOLS[part] ?? part.toUpperCase());
  return parts.join(platform === "darwin" ? "" : " ");
}
