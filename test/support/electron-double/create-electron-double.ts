/**
 * Owns the stand-in for Electron in tests: exactly the API that the shell uses, held to Electron's own types by the
 * compiler, with windows that are real Chromium pages. It is not Electron: what Electron itself must keep (process
 * isolation, the sandbox, its schemes) is shown by the same specs against the real program only.
 */

import type { BrowserContext } from "@playwright/test";
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions, MessageBoxOptions } from "electron";
import type { ElectronApi, IpcQuestion } from "../../../main/shell/electron-api.ts";
import type { DoubleContents } from "./double-contents.ts";
import { DoubleWindow, type WindowHost } from "./double-window.ts";
import { Events } from "./events.ts";

export interface DoubleOptions {
  context: BrowserContext;
  platform: NodeJS.Platform;
  /** False stands for a desktop without a tray. */
  tray?: boolean;
  /** True: another instance holds the lock. */
  locked?: boolean;
  /** What happens after the app's code has run and before Electron is ready. */
  beforeReady?: (control: DoubleControl) => void;
}

export interface DoubleNotice {
  title: string;
  body: string;
  click(): void;
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
  appMenu: MenuItemConstructorOptions[];
  /** The number on the app's icon. */
  badge: number;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  ended: boolean;
}

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
    appMenu: [],
    badge: 0,
    exited: exit.promise,
    ended: false,
  };

  const host: WindowHost = {
    context: options.context,
    platform: options.platform,
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
      this.#notice = { title, body, click: () => this.#events.emit("click") };
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
      requestSingleInstanceLock: () => options.locked !== true,
      setAsDefaultProtocolClient: (...args) => {
        control.linkHandlers.push(args);
        return true;
      },
      setAppUserModelId: () => {},
      setPath: () => {},
      setLoginItemSettings: (settings) => control.loginItems.push(settings),
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
      showOpenDialog: async () => ({ canceled: true, filePaths: [] }),
      showErrorBox: (title, content) => control.errors.push(`${title} ${content}`.trim()),
    },
    shell: { openExternal: async (url) => void control.openedOutside.push(url) },
    screen: {
      getAllDisplays: () => {
        const bounds = { x: 0, y: 0, width: 1920, height: 1080 };
        return [{ bounds, workArea: bounds, scaleFactor: 1 }];
      },
    },
    nativeTheme: { shouldUseDarkColors: true, on: theme.on },
    powerMonitor: { on: power.on },
  };
  return { electron, control };
}
