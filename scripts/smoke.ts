/**
 * Starts a real desktop app and proves what only Electron can show: the window appears with the page in it, the demo's calls
 * finish, a link handed over by a second start is followed, the tray is told rightly, and the daemon outlives the app.
 * `node scripts/smoke.ts [--tray yes|no] [--page <address>] <program> [arguments…]`; exit code 0 when all of it held. `--tray`
 * says whether this desktop shows tray icons; without it either is right. `--page` is for a stand-in of Electron, which has no
 * scheme of ours.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { parseJson, z } from "../shared/protocol/schema.ts";
import { reasonOf } from "../shared/text/reason-of.ts";
import { readArguments } from "./smoke/arguments.ts";
import { readLog, until, within } from "./smoke/wait.ts";

const START_MS = 60_000;
const WINDOW_MS = 15_000;
const DEMO_MS = 90_000;
const LINK_MS = 10_000;
const END_MS = 5_000;

const wanted = readArguments(process.argv.slice(2));
if (wanted === undefined) {
  console.error("usage: node scripts/smoke.ts [--tray yes|no] [--page <address>] <program> [arguments…]");
  process.exit(2);
}
const { program, own, tray: shown, page: address } = wanted;

const sessionSchema = z.object({
  id: z.string(),
  agent: z.string(),
  terminal: z.object({ state: z.string() }),
  calls: z.object({ total: z.number(), running: z.number(), failed: z.number() }),
});
const listed = z.object({ sessions: z.array(sessionSchema) });
const announced = z.object({ url: z.string(), token: z.string() });

const home = mkdtempSync(join(tmpdir(), "signalbox-smoke-"));
const children: ChildProcess[] = [];
const say = (step: string) => console.log(`smoke: ${step}`);

interface Run {
  child: ChildProcess;
  exit: Promise<number | null>;
  /** Rejects when the app ends before it was asked to. */
  died: Promise<never>;
}

function start(...more: string[]): Run & { line: Promise<string>; devtools: Promise<string> } {
  const child = spawn(program, [...own, "--home", home, "--port", "0", ...more], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code));
  });
  const died = exit.then((code) => Promise.reject(new Error(`the app ended with ${code} before it was asked to`)));
  died.catch(() => {});
  const line = new Promise<string>((resolve) => {
    let text = "";
    child.stdout?.on("data", (data: Buffer) => {
      text += data.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
  const devtools = new Promise<string>((resolve) => {
    let text = "";
    child.stderr?.on("data", (data: Buffer) => {
      process.stderr.write(data);
      text = (text + data.toString()).slice(-64 * 1024);
      const address = /DevTools listening on (ws:\/\/\S+)/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return { child, exit, died, line, devtools };
}

/** Starts the app and waits until it answers. Gives how to ask it. */
async function open(...more: string[]) {
  const run = start("--json", ...more);
  const said = parseJson(announced, await within(START_MS, "the start", Promise.race([run.line, run.died])));
  if (!said.ok) throw new Error(`the app announced something else: ${said.reason}`);
  const { url, token } = said.value;
  const ask = async (path: string, body?: object) => {
    const response = await fetch(url + path, {
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const sessions = async () => {
    const now = parseJson(listed, await ask("/api/v1/sessions"));
    if (!now.ok) throw new Error(`the list of sessions is something else: ${now.reason}`);
    return now.value.sessions;
  };
  return { ...run, url, ask, sessions };
}

/** The app's page, over Chromium's own port: packages are closed to Electron's inspector, but not to this. */
async function pageOf(run: ReturnType<typeof start>): Promise<Page> {
  const browser = await chromium.connectOverCDP(
    await within(START_MS, "DevTools", Promise.race([run.devtools, run.died])),
  );
  const find = () =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((page) => page.url().startsWith(address));
  return until(WINDOW_MS, "the page in the window", async () => find());
}

async function checkWindow(page: Page): Promise<void> {
  await page.getByRole("banner").getByText("Demo").first().waitFor({ timeout: WINDOW_MS });
  await page.getByRole("button", { name: /^Daemon/ }).waitFor({ timeout: WINDOW_MS });
  const bridge = await page.evaluate(() => ["signalbox" in window, "require" in window, "process" in window]);
  if (bridge.join() !== "true,false,false") throw new Error(`the page has the wrong things of its host: ${bridge}`);
  await until(WINDOW_MS, "the window", async () => readLog(home, "window shown"));
}

function checkTray(): void {
  const tray = readLog(home, "tray");
  if (tray === undefined) throw new Error("the log says nothing of the tray");
  if (shown !== undefined && tray.present !== shown)
    throw new Error(`the tray is told wrongly: ${JSON.stringify(tray)}`);
}

async function end(run: Run): Promise<void> {
  run.child.kill("SIGTERM");
  const code = await within(END_MS, "the end", run.exit);
  // Windows has no signal to answer: the process is ended there.
  if (code !== 0 && process.platform !== "win32") throw new Error(`the app ended with ${code}`);
}

const daemonPid = (): number => {
  const file = parseJson(z.object({ pid: z.number() }), readFileSync(join(home, "mcp.json"), "utf8"));
  if (!file.ok) throw new Error(`the daemon's file is something else: ${file.reason}`);
  return file.value.pid;
};
/** Where a step failed, the daemon would outlive this test as it outlives the app. */
function endDaemon(): void {
  if (!existsSync(join(home, "mcp.json"))) return;
  try {
    process.kill(daemonPid(), "SIGTERM");
  } catch {
    // It has ended.
  }
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

try {
  const app = await open("--demo", "--remote-debugging-port=0");
  say(`it answers at ${app.url}`);
  const page = await pageOf(app);
  await checkWindow(page);
  say("the window shows the page, with its host's methods and without Node");
  checkTray();
  say("the tray is as this desktop has it");

  const calls = await until(DEMO_MS, "the demo", async () => {
    const demo = (await app.sessions()).find(({ agent }) => agent === "demo");
    if (demo !== undefined && demo.calls.failed > 0) throw new Error("a call of the demo failed");
    return demo !== undefined && demo.calls.total >= 3 && demo.calls.running === 0 ? demo.calls.total : undefined;
  });
  const rows = await page.locator(".xterm-rows").first().innerText();
  if (rows.trim() === "") throw new Error("the demo's terminal is empty");
  say(`${calls} calls of the demo finished, and its terminal shows them`);

  const made = parseJson(z.object({ id: z.string() }), await app.ask("/api/v1/sessions", { agent: "shell" }));
  if (!made.ok) throw new Error(`the session is something else: ${made.reason}`);
  const second = start(`signalbox://session/${made.value.id}`);
  const handed = await within(LINK_MS, "the second start", second.exit);
  if (handed !== 0) throw new Error(`the second start ended with ${handed}`);
  await page.waitForURL(`**/session/${made.value.id}`, { timeout: LINK_MS });
  say("a link handed over by a second start was followed");

  const pid = daemonPid();
  await end(app);
  if (!isAlive(pid)) throw new Error("the daemon ended with the app");
  say("it ended cleanly, and its daemon lives on");

  const again = await open();
  const state = (await again.sessions()).find(({ id }) => id === made.value.id)?.terminal.state;
  if (state !== "running") throw new Error(`the session is ${state ?? "gone"} after the app was started again`);
  await again.ask("/api/v1/daemon/stop", { force: true });
  await until(END_MS, "the daemon's end", async () => (isAlive(pid) ? undefined : true));
  await end(again);
  say("started again, it found the session running; asked to, the daemon ended");
} catch (error) {
  console.error(`smoke: ${reasonOf(error)}`);
  process.exitCode = 1;
} finally {
  for (const child of children) child.kill("SIGKILL");
  endDaemon();
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
// The connection to the page would keep this process.
process.exit();
