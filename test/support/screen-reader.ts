/**
 * Reads the terminal that a page of the built product shows, cell by cell. The product offers no door for it: the
 * terminal is found where React keeps what the page's components were given.
 */
import { resolve } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { Terminal } from "@xterm/headless";
import { build, type Rollup } from "vite";
import type { screenState } from "./screen-state.ts";

export type ScreenState = ReturnType<typeof screenState>;

declare global {
  var signalboxScreen: { screenState: typeof screenState } | undefined;
  /** The terminal's connection that was opened last, and its snapshot. */
  var terminalSocket: { close(): void; closed: Promise<unknown>; snapshot: Promise<unknown> } | undefined;
}

export interface ScreenReader {
  /** Undefined while no terminal is shown. */
  state(): Promise<ScreenState | undefined>;
  /** What the browser has drawn, once it has drawn all that the terminal has been told. */
  drawn(): Promise<string>;
  /** Cuts the terminal's connection; resolves when another one has brought a snapshot. */
  reattach(): Promise<void>;
}

/** To be called before the page is opened; holds for every page that it loads. */
export async function readScreens(page: Page): Promise<ScreenReader> {
  const entry = resolve("test/support/screen-state.ts");
  const built = (await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "signalboxScreen" } },
  })) as Rollup.RollupOutput[];
  const code = built[0]?.output.map((file) => (file.type === "chunk" ? file.code : "")).join("") ?? "";
  expect(code).not.toBe("");
  // Playwright gives an init script a scope of its own.
  await page.addInitScript(`${code};globalThis.signalboxScreen = signalboxScreen;`);
  await page.addInitScript(noteSockets);
  return {
    reattach: () => page.evaluate(cutSocket),
    state: () => page.evaluate(stateOfShown),
    drawn: () => page.evaluate(drawnRows),
  };
}

/** Runs in the page. */
function stateOfShown(): ScreenState | undefined {
  const shown = (node: Element | null): Terminal | undefined => {
    const key = node === null ? undefined : Object.keys(node).find((name) => name.startsWith("__reactFiber$"));
    if (node === null) return undefined;
    if (key === undefined) return shown(node.parentElement);
    for (let fiber = Reflect.get(node, key); fiber; fiber = fiber.return) {
      const terminal = fiber.memoizedProps?.live?.terminal;
      if (terminal !== undefined) return terminal;
    }
    return undefined;
  };
  const terminal = shown(document.querySelector(".xterm"));
  return terminal === undefined ? undefined : globalThis.signalboxScreen?.screenState(terminal);
}

/** Runs in the page before everything else. */
function noteSockets(): void {
  globalThis.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      if (!String(url).includes("/ws/terminal")) return;
      const closed = new Promise((resolve) => this.addEventListener("close", resolve));
      const snapshot = new Promise((resolve) => {
        this.addEventListener("message", ({ data }) => {
          if (typeof data === "string" && data.startsWith('{"type":"snapshot"')) resolve(data);
        });
      });
      globalThis.terminalSocket = { close: () => this.close(), closed, snapshot };
    }
  };
}

/** Runs in the page. */
async function cutSocket(): Promise<void> {
  const before = globalThis.terminalSocket;
  before?.close();
  await before?.closed;
  // The page has seen the close as well, and does not wait when the network is back.
  await new Promise((resolve) => setTimeout(resolve));
  window.dispatchEvent(new Event("online"));
  await globalThis.terminalSocket?.snapshot;
}

/** Runs in the page. xterm draws in the next frame. */
async function drawnRows(): Promise<string> {
  for (let frames = 0; frames < 2; frames += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  const look = (span: HTMLElement): string => {
    // By hundredths of a pixel xterm evens out what the widths that the screen had before have left.
    const names = [...span.style].filter((name) => name !== "letter-spacing").sort();
    const styles = names.map((name) => `${name}: ${span.style.getPropertyValue(name)}`);
    return `${span.className}{${styles.join("; ")}}${span.textContent}`;
  };
  const rows = [...document.querySelectorAll(".xterm-rows > div")];
  return rows.map((row) => [...row.querySelectorAll("span")].map(look).join("|")).join("\n");
}
