/** Owns the one object that the preload gives to the page in the desktop app; a plain browser has none. */

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
  /** Called with the path of each link to follow (`/session/<id>[/call/<call>]`), those that came before the page was ready included. */
  onNavigate(listener: (path: string) => void): () => void;
  readonly platform: "darwin" | "win32" | "linux";
}

/** Name of the object on `window`. */
export const HOST_BRIDGE_KEY = "signalbox";
