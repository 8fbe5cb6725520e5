/**
 * Owns the smoke test of a packaged app: it starts, its gateway answers, the demo's calls finish in the agent's own
 * terminal, and it ends cleanly. `node scripts/smoke.ts <program> [arguments…]`; exit code 0 when all of it held.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { parseJson, z } from "../shared/protocol/schema.ts";

const START_MS = 60_000;
const DEMO_MS = 90_000;
const END_MS = 5_000;

const [program, ...own] = process.argv.slice(2);
if (program === undefined) {
  console.error("usage: node scripts/smoke.ts <program> [arguments…]");
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), "signalbox-smoke-"));
const app = spawn(program, [...own, "--home", home, "--port", "0", "--json", "--demo"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const exit = once(app, "exit");

function say(step: string): void {
  console.log(`smoke: ${step}`);
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const late = wait(ms, undefined, { signal: timeout.signal, ref: false }).then(() => {
    throw new Error(`${what} took longer than ${ms / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timeout.abort();
  }
}

const announced = z.object({ url: z.string(), token: z.string() });
const listed = z.object({
  sessions: z.array(
    z.object({ agent: z.string(), calls: z.object({ total: z.number(), running: z.number(), failed: z.number() }) }),
  ),
});

try {
  const lines = createInterface({ input: app.stdout });
  const first = once(lines, "line").then(([line]) => String(line));
  const died = exit.then(([code]) => Promise.reject(new Error(`the app ended with ${code} before it answered`)));
  died.catch(() => {});
  const said = parseJson(announced, await within(START_MS, "the start", Promise.race([first, died])));
  if (!said.ok) throw new Error(`the app announced something else: ${said.reason}`);
  const { url, token } = said.value;
  say(`it answers at ${url}`);
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.text();
  };
  await ask("/api/v1/health");
  const page = await ask("/");
  if (!page.includes("<title>Signalbox</title>")) throw new Error("the page is not Signalbox's");
  const finished = async () => {
    for (;;) {
      const now = parseJson(listed, await ask("/api/v1/sessions"));
      const demo = now.ok ? now.value.sessions.find(({ agent }) => agent === "demo") : undefined;
      if (demo !== undefined && demo.calls.failed > 0) throw new Error("a call of the demo failed");
      if (demo !== undefined && demo.calls.total >= 3 && demo.calls.running === 0) return demo.calls.total;
      await wait(250);
    }
  };
  say(`${await within(DEMO_MS, "the demo", finished())} calls of the demo finished`);
  await ask("/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
  app.kill("SIGTERM");
  const [code] = await within(END_MS, "the end", exit);
  // Windows has no signal to answer: the process is ended there.
  if (code !== 0 && process.platform !== "win32") throw new Error(`the app ended with ${code}`);
  say("it ended cleanly");
} catch (error) {
  console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`);
  app.kill("SIGKILL");
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
