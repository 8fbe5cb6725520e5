/** Owns the person's settings of this page, kept in its storage and checked when they are read back. */
import { create } from "zustand";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import { type ColorScheme, colorSchemeSchema, MAX_SCHEMES } from "../theme/color-scheme.ts";

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
  lineHeight: z.number().min(1).max(2).catch(1.1),
  cursorBlink: z.boolean().catch(true),
  cursorStyle: z.enum(["block", "bar", "underline"]).catch("block"),
  /** Name of one of `terminalThemes`; any other is the page's own. */
  terminalTheme: z.string().catch(""),
  terminalThemes: z.array(colorSchemeSchema).max(MAX_SCHEMES).catch([]),
  scrollback: z.number().min(0).max(100_000).catch(10_000),
  renderer: z.enum(["dom", "webgl"]).catch("dom"),
  screenReader: z.boolean().catch(false),
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
