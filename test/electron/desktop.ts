/** What a desktop test sees and does, whichever Electron is behind it: the double, or the real program. */
import type { Page } from "@playwright/test";
import type { HOST_BRIDGE_KEY, HostBridge } from "../../shared/protocol/host-bridge.ts";

declare global {
  interface Window {
    readonly [HOST_BRIDGE_KEY]?: HostBridge;
  }
}

export interface SeenNotice {
  title: string;
  body: string;
}

export interface SeenQuestion {
  message: string;
  detail: string;
  buttons: string[];
}

export interface DesktopOptions {
  args?: string[];
  /** A home folder to start in; a new one when absent. */
  home?: string;
}

export interface Desktop {
  /** `double` or `electron`, for names in reports. */
  readonly kind: string;
  readonly home: string;
  readonly gateway: { url: string; token: string };
  /** The page of the app's one window. */
  page(): Promise<Page>;
  /** A second start of the app with these arguments. */
  secondInstance(args: string[]): Promise<void>;
  /** The tray's rows, headings without a mark, what can be chosen with "›". */
  tray(): Promise<{ icon: string; tooltip: string; rows: string[] }>;
  chooseInTray(label: string): Promise<void>;
  notices(): Promise<SeenNotice[]>;
  clickNotice(index: number): Promise<void>;
  setFocused(focused: boolean): Promise<void>;
  windowVisible(): Promise<boolean>;
  /** Clicks the window's close button. */
  closeWindow(): Promise<void>;
  /** How the next questions are answered, by the label of a button. */
  answer(...labels: string[]): Promise<void>;
  questions(): Promise<SeenQuestion[]>;
  openedOutside(): Promise<string[]>;
  /** Preferences of the live window. */
  preferences(): Promise<object>;
  resumeFromSleep(): Promise<void>;
  /** Runs code in the page as it is now. Unlike `page`, this also works after the page's process crashed. */
  inPage(code: string): Promise<unknown>;
  /** Ends the page's process the hard way. */
  crashPage(): Promise<void>;
  /** Resolves when the app has ended. */
  exited(): Promise<number>;
  /** Ends what is still there: app, daemon, folders. */
  dispose(): Promise<void>;
}
