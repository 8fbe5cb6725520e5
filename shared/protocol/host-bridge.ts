/** Owns the one object that the preload gives to the page in the desktop app; a plain browser has none. */
import type { DesktopSettings, DesktopSettingsPatch } from "./desktop-settings.ts";

/** What the app menu and the tray ask of the page. A link can cause none of them. */
export const HOST_COMMANDS = [
  "new-session",
  "settings",
  "outbox",
  "palette",
  "find",
  "toggle-sessions",
  "toggle-activity",
  "next-needing-you",
  "close-session",
] as const;
export type HostCommand = (typeof HOST_COMMANDS)[number];

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
  settings(): Promise<DesktopSettings>;
  /** Gives the settings as they are afterwards. */
  changeSettings(patch: DesktopSettingsPatch): Promise<DesktopSettings>;
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
  settings: "host:settings",
  changeSettings: "host:change-settings",
  /** The page listens now: what waited for it may come. */
  ready: "host:ready",
} as const;

/** Channels on which the main process tells the page something. */
export const HOST_NOTICES = { navigate: "host:navigate", command: "host:command" } as const;
