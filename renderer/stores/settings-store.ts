/** The person's settings of this page, kept in its storage and checked when they are read back. */
import { create } from "zustand";
import { editorSchema } from "../../shared/links/editor-address.ts";
import { DEFAULT_DESKTOP_SETTINGS, desktopSettingsSchema } from "../../shared/protocol/desktop-settings.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { type ColorScheme, colorSchemeSchema, MAX_SCHEMES } from "../theme/color-scheme.ts";

/** Names of families with commas between them, as CSS has them, and nothing that could end the value. */
export const FONT_FAMILY = /^[\p{L}\p{N} _.,'"-]{0,200}$/u;

export const settingsSchema = z.object({
  /** What is shown where the address names nothing. */
  startWith: z.enum(["last", "nothing"]).catch("last"),
  /** The agent that a new session begins with, as `agentKey` names it; any that is not found is the first found. */
  newAgent: z.string().max(80).catch(""),
  activityAs: z.enum(["list", "waterfall"]).catch("list"),
  theme: z.enum(["system", "dark", "light"]).catch("system"),
  contrast: z.enum(["system", "more", "normal"]).catch("system"),
  motion: z.enum(["system", "reduced"]).catch("system"),
  fontSize: z.number().min(9).max(24).catch(13),
  /** Family of the terminal's text; empty for the bundled one. */
  fontFamily: z.string().regex(FONT_FAMILY).catch(""),
  ligatures: z.boolean().catch(false),
  lineHeight: z.number().min(1).max(2).catch(1.1),
  cursorBlink: z.boolean().catch(true),
  cursorStyle: z.enum(["block", "bar", "underline"]).catch("block"),
  /** Name of one of `terminalThemes`; any other is the page's own. */
  terminalTheme: z.string().catch(""),
  terminalThemes: z.array(colorSchemeSchema).max(MAX_SCHEMES).catch([]),
  scrollback: z.number().min(0).max(100_000).catch(10_000),
  renderer: z.enum(["dom", "webgl"]).catch("dom"),
  screenReader: z.boolean().catch(false),
  /** Which Option keys of a Mac are Meta; the others type the characters of the keyboard's layout. */
  optionIsMeta: z.enum(["off", "left", "right", "both"]).catch("off"),
  /** Ctrl+C copies text that is selected in the terminal, and interrupts only where none is. Not on a Mac. */
  ctrlCCopies: z.boolean().catch(false),
  /** Text is copied as soon as it is selected. */
  copyOnSelect: z.boolean().catch(false),
  /** Asks before several lines are pasted into a program that takes each for Enter. */
  warnPaste: z.boolean().catch(true),
  /** What becomes of text that a program in a terminal wants to have in the clipboard (OSC 52). */
  programClipboard: z.enum(["ask", "allow", "never"]).catch("ask"),
  /** What opens a path of a terminal, and the SSH name of the machine that has it, for an editor elsewhere. */
  editor: editorSchema.catch("vscode"),
  editorHost: z.string().max(320).catch(""),
  /** In a browser: notices of the system, once the person has asked for them; and what is announced. */
  notices: z.boolean().catch(false),
  noticesOf: desktopSettingsSchema.shape.notifications.catch(DEFAULT_DESKTOP_SETTINGS.notifications),
  /** A short sound with each notice. */
  noticeSound: z.boolean().catch(false),
  /** The person knows that the app runs without Chromium's sandbox. */
  knowsUnsandboxed: z.boolean().catch(false),
  recentCommands: z.array(z.string()).max(20).catch([]),
  keys: z.record(z.string(), z.string()).catch({}),
  pinned: z.array(z.string()).catch([]),
  archived: z.array(z.string()).catch([]),
  /** Ids of pinned calls by session, the oldest pin first. */
  pinnedCalls: z.record(z.string(), z.array(z.string())).catch({}),
});
export type Settings = z.output<typeof settingsSchema>;

/** The colours that were chosen for the terminal; undefined for the page's own. */
export const chosenScheme = (settings: Settings): ColorScheme | undefined =>
  settings.terminalThemes.find(({ name }) => name === settings.terminalTheme);

const KEY = "signalbox.settings";
export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});

/** Settings that cannot be read are the defaults, one by one. */
export function readSettings(text: string | null): Settings {
  const parsed = text === null ? undefined : parseJson(settingsSchema, text);
  return parsed?.ok === true ? parsed.value : DEFAULT_SETTINGS;
}

export const useSettings = create<Settings>(() => readSettings(stored()));

export function changeSettings(change: Partial<Settings>): void {
  useSettings.setState(change);
  try {
    localStorage.setItem(KEY, JSON.stringify(useSettings.getState()));
  } catch {
    // Storage is blocked or full: the change lasts as long as the page.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
