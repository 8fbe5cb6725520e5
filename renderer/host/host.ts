/** What the page asks of its surroundings, whether they are the desktop app or a plain browser. */
import type { EditorRequest } from "../../shared/links/editor-address.ts";
import type { DesktopSettings, DesktopSettingsPatch } from "../../shared/protocol/desktop-settings.ts";
import type { HostCommand, PageTheme } from "../../shared/protocol/host-bridge.ts";

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
  /** Opens a file in an editor. `sshHost`: the machine that has it, where that is another one. */
  openInEditor(request: EditorRequest, sshHost: string): Promise<void>;
  /** Calls with each path to follow; gives the function that stops it. */
  onNavigate(listener: (path: string) => void): () => void;
  /** Calls with each command of the app's menu and tray. */
  onCommand(listener: (command: HostCommand) => void): () => void;
  /** False when this page runs without the sandbox of the program that shows it. */
  sandboxed(): Promise<boolean>;
  /** Tells the surroundings which theme is in force. */
  setTheme(theme: PageTheme): void;
  /** Settings that only the desktop app has. */
  desktop:
    | { settings(): Promise<DesktopSettings>; change(patch: DesktopSettingsPatch): Promise<DesktopSettings> }
    | undefined;
  /** Forgets a token that the gateway no longer takes. */
  forget(): void;
}
