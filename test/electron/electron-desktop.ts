/** The desktop app on Electron itself, driven through Playwright; what the system would show is noted by electron-hook.cjs. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { _electron, type ElectronApplication, expect, type Page } from "@playwright/test";
import type { MenuItem, Notification } from "electron";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import type { Desktop, DesktopOptions, SeenNotice, SeenQuestion } from "./desktop.ts";
import { endDaemon } from "./end-daemon.ts";

/** What electron-hook.cjs keeps in Electron's main process. */
interface Seen {
  tray: { icon: string; tooltip: string; menu?: { items: MenuItem[] } };
  notices: Notification[];
  questions: SeenQuestion[];
  answers: string[];
  openedOutside: string[];
  focused?: boolean;
}
declare global {
  var __signalboxSeen: Seen;
}

/** Playwright reads the app's standard output itself, so where the gateway is comes from its file. */
async function announced(home: string): Promise<{ url: string; token: string }> {
  const file = join(home, "gateway.json");
  await expect.poll(() => existsSync(file)).toBe(true);
  const said = parseJson(z.object({ url: z.string() }), readFileSync(file, "utf8"));
  if (!said.ok) throw new Error(`${file}: ${said.reason}`);
  return { url: said.value.url, token: readFileSync(join(home, "token"), "utf8").trim() };
}

export class ElectronDesktop implements Desktop {
  readonly kind = "electron";
  readonly home: string;
  readonly gateway: { url: string; token: string };
  readonly #app: ElectronApplication;
  readonly #exit: Promise<number>;
  #ended = false;

  private constructor(home: string, app: ElectronApplication, gateway: { url: string; token: string }) {
    this.home = home;
    this.gateway = gateway;
    this.#app = app;
    this.#exit = once(app.process(), "exit").then(([code]) => {
      this.#ended = true;
      return Number(code);
    });
  }

  static async start(options: DesktopOptions): Promise<ElectronDesktop> {
    const home = options.home ?? mkdtempSync(join(tmpdir(), "signalbox-desktop-"));
    rmSync(join(home, "gateway.json"), { force: true });
    const own = ["--home", home, "--port", "0", ...(options.args ?? [])];
    const args = ["-r", resolve("test/electron/electron-hook.cjs"), resolve("."), ...own];
    // Without a path of ours Playwright loads the package itself and holds the app back until it listens; with its
    // sandbox off, as Playwright starts Chromium on Linux unless it is asked, the checklist would prove nothing.
    const app = await _electron.launch({ args, chromiumSandbox: true, colorScheme: "dark" });
    return new ElectronDesktop(home, app, await announced(home));
  }

  page(): Promise<Page> {
    return this.#app.firstWindow();
  }
  async secondInstance(args: string[]): Promise<void> {
    await this.#app.evaluate(
      ({ app }, argv) => void app.emit("second-instance", {}, argv, "/", undefined),
      ["/opt/Signalbox/signalbox", ...args],
    );
  }
  tray() {
    return this.#app.evaluate(() => {
      const { icon, tooltip, menu } = globalThis.__signalboxSeen.tray;
      const items = (menu?.items ?? []).filter(({ type }) => type !== "separator");
      const rows = items.map(({ label, enabled }) => (enabled ? "› " : "") + label.replaceAll("&&", "&"));
      return { icon, tooltip, rows };
    });
  }
  chooseInTray(label: string): Promise<void> {
    return this.#app.evaluate((_electron, wanted) => {
      const items = globalThis.__signalboxSeen.tray.menu?.items ?? [];
      items.find((item) => item.label.replaceAll("&&", "&") === wanted)?.click();
    }, label);
  }
  notices(): Promise<SeenNotice[]> {
    return this.#app.evaluate(() => globalThis.__signalboxSeen.notices.map(({ title, body }) => ({ title, body })));
  }
  clickNotice(index: number): Promise<void> {
    return this.#app.evaluate((_electron, at) => void globalThis.__signalboxSeen.notices[at]?.emit("click"), index);
  }
  setFocused(focused: boolean): Promise<void> {
    return this.#app.evaluate((_electron, value) => {
      globalThis.__signalboxSeen.focused = value;
    }, focused);
  }
  windowVisible(): Promise<boolean> {
    return this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
  }
  closeWindow(): Promise<void> {
    return this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  }
  answer(...labels: string[]): Promise<void> {
    return this.#app.evaluate((_electron, wanted) => {
      globalThis.__signalboxSeen.answers.push(...wanted);
    }, labels);
  }
  questions(): Promise<SeenQuestion[]> {
    return this.#app.evaluate(() => globalThis.__signalboxSeen.questions);
  }
  openedOutside(): Promise<string[]> {
    return this.#app.evaluate(() => globalThis.__signalboxSeen.openedOutside);
  }
  /** Electron's own word on the live page, undocumented and therefore asked for by name. */
  preferences(): Promise<object> {
    return this.#app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const ask: unknown = contents === undefined ? undefined : Reflect.get(contents, "getLastWebPreferences");
      const answer: unknown = typeof ask === "function" ? ask.call(contents) : undefined;
      return typeof answer === "object" && answer !== null ? answer : {};
    });
  }
  async resumeFromSleep(): Promise<void> {
    await this.#app.evaluate(({ powerMonitor }) => void powerMonitor.emit("resume"));
  }
  /** Playwright never revives a page that crashed; Electron's own way reaches the one that came after it. */
  inPage(code: string): Promise<unknown> {
    return this.#app.evaluate(
      ({ BrowserWindow }, text) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(text),
      code,
    );
  }
  async crashPage(): Promise<void> {
    await this.#app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
  }
  exited(): Promise<number> {
    return this.#exit;
  }
  async dispose(): Promise<void> {
    if (!this.#ended) this.#app.process().kill("SIGTERM");
    await this.#exit;
    await endDaemon(this.home, false);
  }
}
