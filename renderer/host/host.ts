/** Owns what the page asks of its surroundings, whether they are the desktop app or a plain browser. */
import type { DesktopSettings, DesktopSettingsPatch } from "../../shared/protocol/desktop-settings.ts";
import type { HostCommand } from "../../shared/protocol/host-bridge.ts";

export interface Connection {
  /** `http://127.0.0.1:<port>`, or the page's own origin behind a tunnel. */
  readonly url: string;
  readonly token: string;
}

export interface Host {
  readonly kind: "desktop" | "browser";
  readonly platform: "darwin" | "win32" | "linux";
  /** Undefined: nobody is signed in here. */
  connection(): Promise<Connection | undefined>;
  /** Null when there is no native dialogue, or the person cancelled it. */
  chooseFolder: (() => Promise<string | null>) | undefined;
  chooseFile: (() => Promise<string | null>) | undefined;
  /** Shows the real target and opens an http or https address outside; everything else is dropped. */
  openExternal(url: string): Promise<void>;
  /** Calls with each path to follow; gives the function that stops it. */
  onNavigate(listener: (path: string) => void): () => void;
  /** Calls with each command of the app's menu and tray. */
  onCommand(listener: (command: HostCommand) => void): () => void;
  /** Settings that only the desktop app has. */
  desktop:
    | { settings(): Promise<DesktopSettings>; change(patch: DesktopSettingsPatch): Promise<DesktopSettings> }
    | undefined;
  /** Forgets a token that the gateway no longer takes. */
  forget(): void;
}
