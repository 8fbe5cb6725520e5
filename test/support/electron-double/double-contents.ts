/** The double's page as the main process sees it: what it was told to allow, and the way to send it something. */
import type { Page } from "@playwright/test";
import type { Contents, ContentsSession } from "../../../main/shell/electron-api.ts";
import { fromPage } from "./addresses.ts";
import { Events } from "./events.ts";
import { IPC_DELIVER } from "./preload-script.ts";

type OpenHandler = Parameters<Contents["setWindowOpenHandler"]>[0];
type RequestHandler = Parameters<ContentsSession["setPermissionRequestHandler"]>[0];
type CheckHandler = Parameters<ContentsSession["setPermissionCheckHandler"]>[0];

/** Keeps the handlers, so that a test can ask them what Electron would. */
class DoubleSession implements ContentsSession {
  request: RequestHandler | undefined;
  check: CheckHandler | undefined;
  device: Parameters<ContentsSession["setDevicePermissionHandler"]>[0] = null;
  readonly setPermissionRequestHandler = (handler: RequestHandler): void => {
    this.request = handler;
  };
  readonly setPermissionCheckHandler = (handler: CheckHandler): void => {
    this.check = handler;
  };
  setDevicePermissionHandler(handler: DoubleSession["device"]): void {
    this.device = handler;
  }
  setDisplayMediaRequestHandler(): void {}
}

let lastId = 0;

export class DoubleContents implements Contents {
  readonly id = ++lastId;
  readonly session = new DoubleSession();
  readonly events = new Events();
  readonly on = this.events.on;
  open: OpenHandler | undefined;
  /** Set while the main process itself loads an address: that is no navigation of the page. */
  loading: string | undefined;
  page: Page | undefined;
  destroyed = false;

  send(channel: string, ...args: unknown[]): void {
    this.page
      ?.evaluate(
        ([deliver, channel, args]) => {
          const target: unknown = Reflect.get(window, deliver);
          if (typeof target === "function") target(channel, args);
        },
        [IPC_DELIVER, channel, args] as const,
      )
      .catch(() => {});
  }
  zoomLevel = 0;
  getZoomLevel(): number {
    return this.zoomLevel;
  }
  setZoomLevel(level: number): void {
    this.zoomLevel = level;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.open = handler;
  }
  getURL(): string {
    return fromPage(this.page?.url() ?? "");
  }
}
