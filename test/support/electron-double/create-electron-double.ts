/**
 * The stand-in for Electron in tests: exactly the API that the shell uses, held to Electron's own types by the
 * compiler, with windows that are real Chromium pages. It is not Electron: what Electron itself must keep (process
 * isolation, the sandbox, its schemes) is shown by the same specs against the real program only.
 */

import type { BrowserContext } from "@playwright/test";
import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  OpenDialogOptions,
} from "electron";
import type { ElectronApi, IpcQuestion } from "../../../main/shell/electron-api.ts";
import type { DoubleContents } from "./double-contents.ts";
import { DoubleWindow, type WindowHost } from "./double-window.ts";
import { Events } from "./events.ts";

export interface DoubleOptions {
  context: BrowserContext;
  platform: NodeJS.Platform;
  /** False stands for a desktop without a tray. */
  tray?: boolean;
  /** What says that the page of a window has come: a compositor may never give a hidden window a frame. All by default. */
  signs?: readonly ("ready-to-show" | "did-finish-load")[];
  /** Loads that fail, in turn, with Chromium's word for it. */
  failingLoads?: string[];
  /** On macOS: the system started the app at login. */
  atLogin?: boolean;
  /** True: another instance holds the lock. */
  locked?: boolean;
  /** What happens after the app's code has run and before Electron is ready. */
  beforeReady?: (control: DoubleControl) => void;
}

export interface DoubleNotice {
  title: string;
  body: string;
  click(): void;
  /** The system refuses to show it. */
  fail(reason: string): void;
}

/** What a test can see and do from outside, where the person and the system are. */
export interface DoubleControl {
  readonly app: Events;
  readonly power: Events;
  readonly windows: DoubleWindow[];
  /** Of every window that ever was: settles with the last one's page. */
  readonly gone: Promise<void>[];
  readonly contents: DoubleContents[];
  readonly tray: { icon: string; tooltip: string; menu: MenuItemConstructorOptions[]; updates: number };
  readonly notices: DoubleNotice[];
  readonly questions: MessageBoxOptions[];
  readonly errors: string[];
  /** How the next questions are answered, in turn: the label of a button. Without one, the cancelling button. */
  readonly nextAnswers: string[];
  readonly openedOutside: string[];
  readonly schemes: Parameters<ElectronApi["protocol"]["registerSchemesAsPrivileged"]>[0][];
  readonly linkHandlers: unknown[][];
  readonly loginItems: unknown[];
  readonly relaunches: unknown[];
  readonly screen: Events;
  /** The displays that are there. */
  displays: ReturnType<ElectronApi["screen"]["getAllDisplays"]>;
  readonly contextMenus: MenuItemConstructorOptions[][];
  readonly copied: string[];
  /** What was asked of the system's dialogues for files, and the paths that they answer with, in turn. */
  readonly fileQuestions: OpenDialogOptions[];
  readonly chosen: string[];
  appMenu: MenuItemConstructorOptions[];
  /** The number on the app's icon. */
  badge: number;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  ended: boolean;
}

const DISPLAY = { x: 0, y: 0, width: 1920, height: 1080 };

const NO_LOGIN_ITEM: ReturnType<ElectronApi["app"]["getLoginItemSettings"]> = {
  openAtLogin: false,
  wasOpenedAtLogin: false,
  status: "not-registered",
  executableWillLaunchAtLogin: false,
  launchItems: [],
};

export function createElectronDouble(options: DoubleOptions): { electron: ElectronApi; control: DoubleControl } {
  const app = new Events();
  const power = new Events();
  const theme = new Events();
  const handlers = new Map<string, Parameters<ElectronApi["ipcMain"]["handle"]>[1]>();
  let respond: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 404 });
  const exit = Promise.withResolvers<number>();
  const control: DoubleControl = {
    app,
    power,
    windows: [],
    gone: [],
    contents: [],
    tray: { icon: "", tooltip: "", menu: [], updates: 0 },
    notices: [],
    questions: [],
    errors: [],
    nextAnswers: [],
    openedOutside: [],
    schemes: [],
    linkHandlers: [],
    loginItems: [],
    relaunches: [],
    screen: new Events(),
    displays: [{ bounds: DISPLAY, workArea: DISPLAY, scaleFactor: 1 }],
    contextMenus: [],
    copied: [],
    fileQuestions: [],
    chosen: [],
    appMenu: [],
    badge: 0,
    exited: exit.promise,
    ended: false,
  };

  const host: WindowHost = {
    context: options.context,
    platform: options.platform,
    signs: options.signs ?? ["ready-to-show", "did-finish-load"],
    failingLoads: options.failingLoads ?? [],
    respond: async (request) => respond(request),
    async answer(channel: string, event: IpcQuestion, args: unknown[]) {
      const handler = handlers.get(channel);
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      return handler(event, ...args);
    },
    created(contents) {
      control.contents.push(contents);
      app.emit("web-contents-created", {}, contents);
    },
    closed(window) {
      control.windows.splice(control.windows.indexOf(window), 1);
      if (control.windows.length === 0) app.emit("window-all-closed");
    },
  };

  function end(code: number): void {
    control.ended = true;
    for (const window of [...control.windows]) window.destroy();
    exit.resolve(code);
  }

  class BrowserWindow extends DoubleWindow {
    constructor(windowOptions: BrowserWindowConstructorOptions) {
      super(host, windowOptions);
      control.windows.push(this);
      control.gone.push(this.gone);
    }
  }

  class Notification {
    static isSupported = () => true;
    readonly #events = new Events();
    readonly on = this.#events.on;
    readonly #notice: DoubleNotice;
    constructor({ title = "", body = "" }: { title?: string; body?: string }) {
      this.#notice = {
        title,
        body,
        click: () => this.#events.emit("click"),
        fail: (reason) => this.#events.emit("failed", {}, reason),
      };
    }
    show(): void {
      control.notices.push(this.#notice);
    }
    close(): void {
      this.#events.emit("close");
    }
  }

  const electron: ElectronApi = {
    app: {
      on: app.on,
      isPackaged: false,
      whenReady: async () => options.beforeReady?.(control),
      quit: () => {
        if (!app.prevented("before-quit")) end(0);
      },
      exit: (code = 0) => end(code),
      relaunch: (start) => control.relaunches.push(start),
      requestSingleInstanceLock: () => options.locked !== true,
      setAsDefaultProtocolClient: (...args) => {
        control.linkHandlers.push(args);
        return true;
      },
      setAppUserModelId: () => {},
      setPath: () => {},
      setLoginItemSettings: (settings) => control.loginItems.push(settings),
      getLoginItemSettings: () => ({ ...NO_LOGIN_ITEM, wasOpenedAtLogin: options.atLogin === true }),
      setBadgeCount: (count = 0) => {
        control.badge = count;
        return true;
      },
      enableSandbox: () => {},
    },
    BrowserWindow,
    createTray(icon) {
      if (options.tray === false) throw new Error("This desktop has no tray.");
      control.tray.icon = icon;
      return {
        on: new Events().on,
        setImage: (path) => {
          control.tray.icon = path;
        },
        setToolTip: (text) => {
          control.tray.tooltip = text;
        },
        setTitle: () => {},
        setMenu: (menu) => {
          control.tray.menu = menu;
          control.tray.updates += 1;
        },
        destroy: () => {},
      };
    },
    popupMenu: (menu) => {
      control.contextMenus.push(menu);
    },
    copyText: (text) => {
      control.copied.push(text);
    },
    setApplicationMenu: (menu) => {
      control.appMenu = menu;
    },
    Notification,
    protocol: {
      registerSchemesAsPrivileged: (schemes) => control.schemes.push(schemes),
      handle: (_scheme, handler) => {
        respond = handler;
      },
    },
    ipcMain: { handle: (channel, handler) => handlers.set(channel, handler) },
    dialog: {
      showMessageBox: async (question) => {
        control.questions.push(question);
        const wanted = control.nextAnswers.shift();
        const index = question.buttons?.indexOf(wanted ?? "") ?? -1;
        return { response: index === -1 ? (question.cancelId ?? 0) : index };
      },
      showOpenDialog: async (question) => {
        control.fileQuestions.push(question);
        const path = control.chosen.shift();
        return path === undefined ? { canceled: true, filePaths: [] } : { canceled: false, filePaths: [path] };
      },
      showErrorBox: (title, content) => control.errors.push(`${title} ${content}`.trim()),
    },
    shell: { openExternal: async (url) => void control.openedOutside.push(url) },
    screen: {
      getAllDisplays: () => control.displays,
      on: control.screen.on,
    },
    nativeTheme: { shouldUseDarkColors: true, on: theme.on },
    powerMonitor: { on: power.on },
  };
  return { electron, control };
}
