/** The double's window: Electron's surface in front, a real Chromium page behind it. */

import type { BrowserContext, Page, Route } from "@playwright/test";
import type { BrowserWindowConstructorOptions, Rectangle, TitleBarOverlayOptions } from "electron";
import type { IpcQuestion, Window } from "../../../main/shell/electron-api.ts";
import { UI_ORIGIN } from "../../../main/shell/ui/ui-origin.ts";
import { fromPage, PAGE_ORIGIN, toPage } from "./addresses.ts";
import { DoubleContents } from "./double-contents.ts";
import { Events } from "./events.ts";
import { IPC_BINDING, preloadScript } from "./preload-script.ts";

export interface WindowHost {
  context: BrowserContext;
  platform: NodeJS.Platform;
  signs: readonly ("ready-to-show" | "did-finish-load")[];
  failingLoads: string[];
  /** Answers a request under our scheme, as `protocol.handle` was told to. */
  respond(request: Request): Promise<Response>;
  /** Answers a message of the page, as `ipcMain.handle` was told to. */
  answer(channel: string, event: IpcQuestion, args: unknown[]): Promise<unknown>;
  created(contents: DoubleContents): void;
  closed(window: DoubleWindow): void;
}

const isPreview = (address: string): boolean => /^http:\/\/s-[a-z0-9-]+\.localhost:\d+\//.test(address);

export class DoubleWindow implements Window {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new DoubleContents();
  readonly events = new Events();
  readonly on = this.events.on;
  readonly once = this.events.once;
  readonly page: Promise<Page>;
  readonly #host: WindowHost;
  readonly #gone = Promise.withResolvers<void>();
  /** When the page behind a destroyed window is closed. */
  readonly gone = this.#gone.promise;
  #loading: Promise<unknown> = Promise.resolve();
  #visible = false;
  #maximized = false;
  #minimized = false;
  fullScreen = false;
  /** As macOS does it: it takes a second, and the test says when it is over. */
  slowFullScreen = false;
  overlay: TitleBarOverlayOptions | undefined;
  background: string | undefined;
  focused = false;
  bounds: Rectangle;

  constructor(host: WindowHost, options: BrowserWindowConstructorOptions) {
    this.#host = host;
    this.options = options;
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.bounds = { x, y, width, height };
    host.created(this.webContents);
    this.page = this.#open();
  }

  async #open(): Promise<Page> {
    const { context, platform } = this.#host;
    const page = await context.newPage();
    this.webContents.page = page;
    await page.setViewportSize({ width: this.bounds.width, height: this.bounds.height });
    await page.exposeBinding(IPC_BINDING, ({ frame }, channel: unknown, args: unknown) => {
      const parent = frame.parentFrame();
      const senderFrame = { url: fromPage(frame.url()), parent };
      const event: IpcQuestion = { sender: { id: this.webContents.id }, senderFrame };
      return this.#host.answer(String(channel), event, Array.isArray(args) ? args : []);
    });
    // Newer Chromium asks for this before a page may open sockets to the machine itself; the shell's answer decides.
    const asked = this.webContents.session.check?.(this.webContents, "loopback-network", UI_ORIGIN, {
      isMainFrame: true,
      requestingUrl: `${UI_ORIGIN}/`,
    });
    if (asked === true) await context.grantPermissions(["local-network-access"], { origin: PAGE_ORIGIN });
    const preload = this.options.webPreferences?.preload;
    if (preload !== undefined) await page.addInitScript({ content: preloadScript(preload, platform) });
    await page.route("**/*", (route) => this.#route(page, route));
    page.on("popup", (popup) => {
      const referrer = { url: this.webContents.getURL(), policy: "default" } as const;
      const details = {
        url: fromPage(popup.url()),
        frameName: "",
        features: "",
        disposition: "new-window",
        referrer,
      } as const;
      if (this.webContents.open?.(details).action !== "allow") void popup.close();
    });
    return page;
  }

  async #route(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const url = fromPage(request.url());
    if (request.isNavigationRequest()) {
      const isMainFrame = request.frame() === page.mainFrame();
      const own = isMainFrame && this.webContents.loading === url;
      const contents = this.webContents.events;
      if (!own && contents.prevented("will-frame-navigate", { url, isMainFrame })) return route.abort("aborted");
      contents.emit("did-start-navigation", { isMainFrame, isSameDocument: false });
    }
    // What the guards let into a frame, and what it loads from there, is real; its page's policy holds as well.
    if (isPreview(request.url()) && request.frame() !== page.mainFrame()) return route.continue();
    if (!request.url().startsWith(`${PAGE_ORIGIN}/`)) return route.abort("blockedbyclient");
    const body = request.postDataBuffer();
    const answer = await this.#host.respond(
      new Request(url, {
        method: request.method(),
        headers: await request.allHeaders(),
        ...(body === null ? {} : { body: new Uint8Array(body) }),
      }),
    );
    // The page may have gone while the answer was made.
    await route
      .fulfill({
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: Buffer.from(await answer.arrayBuffer()),
      })
      .catch(() => {});
  }

  async loadURL(address: string): Promise<void> {
    const page = await this.page;
    const failure = this.#host.failingLoads.shift();
    if (failure !== undefined) {
      this.webContents.events.emit("did-fail-load", {}, -2, failure, address, true);
      throw new Error(`${failure} (-2) loading '${address}'`);
    }
    this.webContents.loading = address;
    const loading = page.goto(toPage(address), { waitUntil: "domcontentloaded" }).finally(() => {
      this.webContents.loading = undefined;
    });
    this.#loading = loading.catch(() => {});
    await loading;
    const { signs } = this.#host;
    if (signs.includes("ready-to-show")) this.events.emit("ready-to-show");
    if (signs.includes("did-finish-load")) this.webContents.events.emit("did-finish-load");
  }
  show(): void {
    this.#visible = true;
  }
  showInactive(): void {
    this.#visible = true;
  }
  minimize(): void {
    this.#minimized = true;
  }
  isFullScreen(): boolean {
    return this.fullScreen;
  }
  setFullScreen(yes: boolean): void {
    this.fullScreen = yes;
    if (!yes && !this.slowFullScreen) this.events.emit("leave-full-screen");
  }
  hide(): void {
    this.#visible = false;
    this.focused = false;
  }
  focus(): void {
    this.focused = true;
    this.events.emit("focus");
  }
  isVisible(): boolean {
    return this.#visible;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isMinimized(): boolean {
    return this.#minimized;
  }
  isMaximized(): boolean {
    return this.#maximized;
  }
  maximize(): void {
    this.#maximized = true;
  }
  restore(): void {
    this.#minimized = false;
  }
  getNormalBounds(): Rectangle {
    return this.bounds;
  }
  setBounds(bounds: Partial<Rectangle>): void {
    this.bounds = { ...this.bounds, ...bounds };
  }
  setTitleBarOverlay(overlay: TitleBarOverlayOptions): void {
    this.overlay = overlay;
  }
  setBackgroundColor(colour: string): void {
    this.background = colour;
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  destroy(): void {
    if (this.webContents.destroyed) return;
    this.webContents.destroyed = true;
    this.hide();
    void this.#closePage().finally(() => this.#gone.resolve());
    this.#host.closed(this);
    this.events.emit("closed");
  }
  /** Playwright falls over a page that is closed while it is being sent somewhere. */
  async #closePage(): Promise<void> {
    const page = await this.page.catch(() => undefined);
    await this.#loading;
    // Requests that are still on their way have nobody to answer to.
    await page?.unrouteAll({ behavior: "ignoreErrors" }).catch(() => {});
    await page?.close().catch(() => {});
  }
  /** What a click on the close button does. */
  close(): void {
    if (!this.events.prevented("close")) this.destroy();
  }
}
