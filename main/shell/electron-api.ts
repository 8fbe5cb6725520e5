/**
 * What of Electron the shell uses, exactly. The shell gets it as an argument; `main/electron.ts` passes the real
 * one, which the compiler thereby checks against these types, as it checks the double that tests pass.
 */
import type {
  App,
  BrowserWindowConstructorOptions,
  Display,
  Event,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  MessageBoxReturnValue,
  NativeTheme,
  NotificationConstructorOptions,
  OpenDialogOptions,
  OpenDialogReturnValue,
  Protocol,
  RenderProcessGoneDetails,
  Session,
  Shell,
  BrowserWindow as TheBrowserWindow,
  Notification as TheNotification,
  Tray as TheTray,
  WebContents as TheWebContents,
} from "electron";

import type { ContextPlace } from "./menu/context-menu.ts";
import type { KeyInput } from "./window/zoom-keys.ts";

/** Turns a table of events into the overloads of `on`. */
type On<Events> = Both<{ [E in keyof Events]: (event: E, listener: Listener<Events[E]>) => unknown }[keyof Events]>;
type Listener<Args> = Args extends readonly unknown[] ? (...args: Args) => void : never;
type Both<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

export interface ContentsEvents {
  "will-frame-navigate": [details: Pick<Event, "preventDefault"> & { url: string; isMainFrame: boolean }];
  "will-redirect": [details: Pick<Event, "preventDefault"> & { url: string; isMainFrame: boolean }];
  "will-attach-webview": [event: Pick<Event, "preventDefault">];
  "before-input-event": [event: Pick<Event, "preventDefault">, input: KeyInput];
  "context-menu": [event: unknown, params: ContextPlace];
  "did-finish-load": [];
  "did-fail-load": [event: unknown, code: number, description: string, address: string, isMainFrame: boolean];
  "did-start-navigation": [details: { isMainFrame: boolean; isSameDocument: boolean }];
  "render-process-gone": [event: unknown, details: RenderProcessGoneDetails];
}

export interface Contents
  extends Pick<
    TheWebContents,
    "send" | "isDestroyed" | "setWindowOpenHandler" | "getURL" | "id" | "getZoomLevel" | "setZoomLevel"
  > {
  readonly session: ContentsSession;
  on: On<ContentsEvents>;
}

/** What the permission handlers are asked; Electron knows more about it, the decision needs no more. */
export interface PermissionQuestion {
  isMainFrame?: boolean;
  requestingUrl?: string;
}

export interface ContentsSession extends Pick<Session, "setDevicePermissionHandler" | "setDisplayMediaRequestHandler"> {
  setPermissionRequestHandler: (
    handler: (
      contents: Contents,
      permission: string,
      answer: (granted: boolean) => void,
      details: PermissionQuestion,
    ) => void,
  ) => void;
  setPermissionCheckHandler: (
    handler: (contents: Contents | null, permission: string, origin: string, details: PermissionQuestion) => boolean,
  ) => void;
}

export interface WindowEvents {
  "ready-to-show": [];
  close: [event: Pick<Event, "preventDefault">];
  /** Windows ends the person's session; there is nobody left to ask. */
  "session-end": [];
}

type WindowMethods =
  | "loadURL"
  | "show"
  | "showInactive"
  | "minimize"
  | "hide"
  | "isFullScreen"
  | "setFullScreen"
  | "focus"
  | "destroy"
  | "isDestroyed"
  | "isFocused"
  | "isMinimized"
  | "isMaximized"
  | "maximize"
  | "restore"
  | "getNormalBounds"
  | "setBounds"
  | "isVisible"
  | "setTitleBarOverlay"
  | "setBackgroundColor";

export interface Window extends Pick<TheBrowserWindow, WindowMethods> {
  readonly webContents: Contents;
  on: On<WindowEvents>;
  once: On<{ "leave-full-screen": [] }>;
}

export interface AppEvents {
  "open-url": [event: Pick<Event, "preventDefault">, url: string];
  "second-instance": [event: unknown, argv: string[]];
  "window-all-closed": [];
  "before-quit": [event: Pick<Event, "preventDefault">];
  activate: [];
  "web-contents-created": [event: unknown, contents: Contents];
}

type AppMethods =
  | "whenReady"
  | "quit"
  | "exit"
  | "relaunch"
  | "requestSingleInstanceLock"
  | "setAsDefaultProtocolClient"
  | "setAppUserModelId"
  | "setPath"
  | "setLoginItemSettings"
  | "getLoginItemSettings"
  | "setBadgeCount"
  | "enableSandbox"
  | "isPackaged";

export interface TheApp extends Pick<App, AppMethods> {
  on: On<AppEvents>;
}

export interface IpcQuestion {
  readonly sender: Pick<Contents, "id">;
  readonly senderFrame: { readonly url: string; readonly parent: object | null } | null;
}

export interface TrayIcon extends Pick<TheTray, "setToolTip" | "setTitle" | "destroy"> {
  setImage: (path: string) => void;
  setMenu: (template: MenuItemConstructorOptions[]) => void;
  on: On<{ click: [] }>;
}

export interface Notice extends Pick<TheNotification, "show" | "close"> {
  on: On<{ click: []; action: [event: unknown]; close: []; failed: [event: unknown, reason: string] }>;
}

export interface ElectronApi {
  app: TheApp;
  BrowserWindow: new (options: BrowserWindowConstructorOptions) => Window;
  /** Throws where there is no tray. */
  createTray: (icon: string) => TrayIcon;
  /** Opens a menu under the pointer. */
  popupMenu: (template: MenuItemConstructorOptions[]) => void;
  copyText: (text: string) => void;
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => void;
  Notification: { new (options: NotificationConstructorOptions): Notice; isSupported: () => boolean };
  protocol: Pick<Protocol, "registerSchemesAsPrivileged" | "handle">;
  ipcMain: { handle: (channel: string, answer: (event: IpcQuestion, ...args: unknown[]) => unknown) => void };
  dialog: {
    showMessageBox: (options: MessageBoxOptions) => Promise<Pick<MessageBoxReturnValue, "response">>;
    showOpenDialog: (options: OpenDialogOptions) => Promise<Pick<OpenDialogReturnValue, "canceled" | "filePaths">>;
    showErrorBox: (title: string, content: string) => void;
  };
  shell: Pick<Shell, "openExternal">;
  screen: {
    getAllDisplays: () => Pick<Display, "bounds" | "workArea" | "scaleFactor">[];
    on: On<{ "display-removed": []; "display-metrics-changed": [] }>;
  };
  nativeTheme: Pick<NativeTheme, "shouldUseDarkColors"> & { on: On<{ updated: [] }> };
  powerMonitor: { on: On<{ resume: []; shutdown: [event?: Pick<Event, "preventDefault">] }> };
}
