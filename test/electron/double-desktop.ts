/** The desktop app on the double: the real shell, preload, renderer, gateway and daemon; only Electron is stood in for. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import type { MenuItemConstructorOptions } from "electron";
import { createGateway } from "../../main/gateway/create-gateway.ts";
import type { ElectronApi } from "../../main/shell/electron-api.ts";
import { type Desktop as Started, startDesktop } from "../../main/shell/start-desktop.ts";
import type { Updater } from "../../main/shell/updates/run-updates.ts";
import type { AppState } from "../../shared/protocol/app-frames.ts";
import type { StartEvent } from "../../shared/protocol/start-report.ts";
import { PAGE_ORIGIN } from "../support/electron-double/addresses.ts";
import {
  createElectronDouble,
  type DoubleControl,
  type DoubleOptions,
} from "../support/electron-double/create-electron-double.ts";
import type { DoubleWindow } from "../support/electron-double/double-window.ts";
import type { Desktop, DesktopOptions, SeenNotice, SeenQuestion } from "./desktop.ts";
import { endDaemon } from "./end-daemon.ts";

export interface DoubleDesktopOptions extends DesktopOptions {
  context: BrowserContext;
  platform?: NodeJS.Platform;
  tray?: boolean;
  /** Whether anything shows tray icons, asked whenever the shell asks. */
  trayHost?: () => boolean;
  signs?: DoubleOptions["signs"];
  failingLoads?: string[];
  atLogin?: boolean;
  beforeReady?: (control: DoubleControl) => void;
  /** Makes what would fetch newer versions. */
  updater?: (app: ElectronApi["app"]) => Updater;
}

const clean = (label: string | undefined) => (label ?? "").replaceAll("&&", "&");

export class DoubleDesktop implements Desktop {
  readonly kind = "double";
  readonly home: string;
  /** What was told to whoever waits for a window. */
  readonly reported: readonly StartEvent[];
  readonly control: DoubleControl;
  readonly gateway: Started["gateway"];
  readonly started: Started;

  private constructor(home: string, control: DoubleControl, started: Started, reported: readonly StartEvent[]) {
    this.home = home;
    this.reported = reported;
    this.control = control;
    this.started = started;
    this.gateway = started.gateway;
  }

  static async start(options: DoubleDesktopOptions): Promise<DoubleDesktop> {
    const home = options.home ?? mkdtempSync(join(tmpdir(), "signalbox-desktop-"));
    const { context, platform = "linux", tray = true, trayHost = () => tray, beforeReady = () => {} } = options;
    const { signs, failingLoads, atLogin } = options;
    const { electron, control } = createElectronDouble({
      context,
      platform,
      tray,
      beforeReady,
      ...(signs && { signs }),
      ...(failingLoads && { failingLoads }),
      ...(atLogin && { atLogin }),
    });
    const reported: StartEvent[] = [];
    const started = await startDesktop(electron, {
      args: ["--home", home, "--port", "0", ...(options.args ?? [])],
      platform,
      sandboxed: options.args?.includes("--no-sandbox") !== true,
      self: { program: process.execPath, args: [] },
      root: resolve("."),
      loadUpdater: async () => options.updater?.(electron.app),
      trayHost: async () => (trayHost() ? "host" : undefined),
      report: (event) => reported.push(event),
      // The page's sockets carry the address at which the double must serve it.
      createGateway: (wanted) =>
        createGateway({ ...wanted, allowedOrigins: [...(wanted.allowedOrigins ?? []), PAGE_ORIGIN] }),
    });
    if (started === undefined) throw new Error(`the app did not start: ${control.errors.join("; ")}`);
    return new DoubleDesktop(home, control, started, reported);
  }

  /** What the gateway knows. */
  app(): AppState {
    return this.started.gateway.app();
  }

  #window(): DoubleWindow {
    const [window] = this.control.windows;
    if (window === undefined) throw new Error("there is no window");
    return window;
  }

  page(): Promise<Page> {
    return this.#window().page;
  }
  async secondInstance(args: string[]): Promise<void> {
    this.control.app.emit("second-instance", {}, ["/opt/Signalbox/signalbox", ...args], "/", undefined);
  }
  async tray() {
    const { icon, tooltip, menu } = this.control.tray;
    const rows = menu
      .filter(({ type }) => type !== "separator")
      .map(({ label, enabled }) => (enabled === false ? clean(label) : `› ${clean(label)}`));
    return { icon, tooltip, rows };
  }
  async chooseInTray(label: string): Promise<void> {
    click(this.control.tray.menu, label);
  }
  async notices(): Promise<SeenNotice[]> {
    return this.control.notices.map(({ title, body }) => ({ title, body }));
  }
  async clickNotice(index: number): Promise<void> {
    this.control.notices[index]?.click();
  }
  async setFocused(focused: boolean): Promise<void> {
    this.#window().focused = focused;
  }
  async windowVisible(): Promise<boolean> {
    return this.control.windows[0]?.isVisible() === true;
  }
  async closeWindow(): Promise<void> {
    this.#window().close();
  }
  async answer(...labels: string[]): Promise<void> {
    this.control.nextAnswers.push(...labels);
  }
  async questions(): Promise<SeenQuestion[]> {
    return this.control.questions.map(({ message, detail = "", buttons = [] }) => ({ message, detail, buttons }));
  }
  async openedOutside(): Promise<string[]> {
    return this.control.openedOutside;
  }
  async preferences(): Promise<object> {
    return this.#window().options.webPreferences ?? {};
  }
  async resumeFromSleep(): Promise<void> {
    this.control.power.emit("resume");
  }
  async inPage(code: string): Promise<unknown> {
    return (await this.page()).evaluate(code);
  }
  async crashPage(): Promise<void> {
    // Chromium's page cannot be loaded again after a real crash, so the event alone stands for it here.
    this.#window().webContents.events.emit("render-process-gone", {}, { reason: "crashed", exitCode: 5 });
  }
  exited(): Promise<number> {
    return this.control.exited;
  }
  async dispose(): Promise<void> {
    const starting = ["searching", "starting"].includes(this.app().daemon.state);
    if (!this.control.ended) await this.started.shell.requestQuit(true);
    await Promise.all(this.control.gone);
    await endDaemon(this.home, starting);
  }
}

function click(menu: MenuItemConstructorOptions[], label: string): void {
  const item = menu.find((row) => clean(row.label) === label);
  if (item?.click === undefined) throw new Error(`the menu has no ${label}`);
  Reflect.apply(item.click, undefined, []);
}
