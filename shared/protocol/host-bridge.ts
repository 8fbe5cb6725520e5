/** The one object that the preload gives to the page in the desktop app; a plain browser has none. */
import type { EditorRequest } from "../links/editor-address.ts";
import type { DesktopSettings, DesktopSettingsPatch } from "./desktop-settings.ts";
import { z } from "./schema.ts";

/** What the app menu and the tray ask of the page. A link can cause none of them. */
export const HOST_COMMANDS = [
  "new-session",
  "settings",
  "inbox",
  "outbox",
  "palette",
  "find",
  "toggle-sessions",
  "toggle-activity",
  "next-needing-you",
  "close-session",
] as const;
export type HostCommand = (typeof HOST_COMMANDS)[number];

export const pageThemeSchema = z.enum(["dark", "light", "contrast"]);
export type PageTheme = z.infer<typeof pageThemeSchema>;

/** Named methods only: there is no general channel. */
export interface HostBridge {
  /** Address and token of the gateway in this app. */
  connection(): Promise<{ url: string; token: string }>;
  /** The system's folder dialogue; null when it was cancelled. */
  chooseFolder(): Promise<string | null>;
  /** The system's file dialogue, for an agent's program; null when it was cancelled. */
  chooseFile(): Promise<string | null>;
  /** Asks the person, showing the real target, then opens an http or https address outside. */
  openExternal(url: string): Promise<void>;
  /** Opens a file of this machine in an editor, by the address that the editor has for it. */
  openInEditor(request: EditorRequest): Promise<void>;
  settings(): Promise<DesktopSettings>;
  /** Gives the settings as they are afterwards. */
  changeSettings(patch: DesktopSettingsPatch): Promise<DesktopSettings>;
  /** False when the app was started with `--no-sandbox`: its pages then run without Chromium's sandbox. */
  sandboxed(): Promise<boolean>;
  /** The theme in force in the page, so that the window's own buttons fit it. */
  setTheme(theme: PageTheme): Promise<void>;
  /** Called with the path of each link to follow (`/session/<id>[/call/<call>]`), those that came before the page was ready included. */
  onNavigate(listener: (path: string) => void): () => void;
  onCommand(listener: (command: HostCommand) => void): () => void;
  readonly platform: "darwin" | "win32" | "linux";
}

/** Name of the object on `window`. */
export const HOST_BRIDGE_KEY = "signalbox";

/** Channels on which the page's requests reach the app's main process. */
export const HOST_REQUESTS = {
  connection: "host:connection",
  chooseFolder: "host:choose-folder",
  chooseFile: "host:choose-file",
  openExternal: "host:open-external",
  openInEditor: "host:open-in-editor",
  settings: "host:settings",
  changeSettings: "host:change-settings",
  theme: "host:theme",
  sandboxed: "host:sandboxed",
  /** The page listens now: what waited for it may come. */
  ready: "host:ready",
} as const;

/** Channels on which the main process tells the page something. */
export const HOST_NOTICES = { navigate: "host:navigate", command: "host:command" } as const;
