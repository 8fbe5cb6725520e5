/** Runs Electron's program and notices when no window comes of it. */
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseJson } from "../../shared/protocol/schema.ts";
import { START_REPORT, type StartEvent, startReportSchema } from "../../shared/protocol/start-report.ts";
import { type Ended, whyNot } from "./why-not.ts";

export interface ElectronRun {
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where what it prints is kept; replaced at each start, 1 MB at most. */
  log: string;
  /** A window must be there so long after the start, or after the app's code began to run. */
  windowMs: number;
  /** How long it may take to end once it has been told to. */
  endMs?: number;
}

export type ElectronOutcome =
  /** A window was there, or the app had another reason of its own to end: its exit code counts. `crash`: how it ended, where nobody wanted that. */
  { served: true; code: number; crash?: string } | { served: false; reason: string };

const LOOK_MS = 100;
const END_MS = 3_000;
const MAX_LOG_BYTES = 1024 * 1024;
/** What is read from its last words. */
const TAIL = 64 * 1024;
/** Its last words may come after its exit. */
const LAST_WORDS_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Signals to this process are passed on and then count as its wish to end. */
export async function runElectron(run: ElectronRun): Promise<ElectronOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-start-"));
  const report = join(folder, "report");
  const log = openLog(run.log);
  let asked = false;
  let shown = false;
  let began = false;
  let since = Date.now();
  let tail = "";
  const pass = (signal: NodeJS.Signals) => {
    asked = true;
    child.kill(signal);
  };
  // Before the app runs: a signal that came between its start and the listener would end us alone and leave it behind.
  for (const signal of SIGNALS) process.on(signal, pass);
  const env = { ...run.env, [START_REPORT]: report };
  const child = spawn(run.program, [...run.args], { stdio: ["inherit", "inherit", "pipe"], env });
  const last = () => child.kill("SIGTERM");
  process.once("exit", last);
  child.stderr.on("data", (bytes: Buffer) => {
    log(bytes);
    tail = (tail + bytes.toString()).slice(-TAIL);
    // What Chromium says before there is a window concerns nobody while one comes, and is in the log when none does.
    if (shown) process.stderr.write(bytes);
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const exit = new Promise<Ended>((resolve) => {
    child.once("error", (error) => {
      tail += error.message;
      log(Buffer.from(`${error.message}\n`));
      resolve({ code: null, signal: "SIGABRT" });
    });
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });

  let late = false;
  const watch = setInterval(() => {
    const events = readReport(report);
    if (!began && events.length > 0) {
      began = true;
      since = Date.now();
    }
    shown ||= events.some((event) => event !== "began");
    if (shown || asked) return clearInterval(watch);
    if (Date.now() - since < run.windowMs) return;
    clearInterval(watch);
    late = true;
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), run.endMs ?? END_MS).unref();
  }, LOOK_MS);

  const ended = await exit;
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
  clearInterval(watch);
  shown ||= readReport(report).some((event) => event !== "began");
  process.off("exit", last);
  for (const signal of SIGNALS) process.off(signal, pass);
  rmSync(folder, { recursive: true, force: true });
  if (asked || (shown && !late)) {
    const code = ended.signal === null ? (ended.code ?? 1) : asked ? 0 : 1;
    const crash = asked ? undefined : crashOf(ended);
    return { served: true, code, ...(crash !== undefined && { crash }) };
  }
  const helper = join(dirname(run.program), "chrome-sandbox");
  return { served: false, reason: whyNot(tail, late ? undefined : ended, helper, run.windowMs) };
}

/** The app itself ends with 0 or 1. A shell between gives a signal as 128 and its number; Windows has numbers of its own, which are larger. */
function crashOf({ code, signal }: Ended): string | undefined {
  if (signal !== null) return `by ${signal}`;
  return code !== null && (code < 0 || code >= 128) ? `with ${code}` : undefined;
}

/** A folder that cannot be written costs the log, not the start. */
function openLog(path: string): (bytes: Buffer) => void {
  let left = MAX_LOG_BYTES;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "", { mode: 0o600 });
  } catch {
    left = 0;
  }
  return (bytes) => {
    const part = bytes.subarray(0, left);
    left -= part.length;
    try {
      if (part.length > 0) appendFileSync(path, part);
    } catch {
      left = 0;
    }
  };
}

function readReport(path: string): StartEvent[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => {
        const read = parseJson(startReportSchema, line);
        return read.ok ? [read.value.event] : [];
      });
  } catch {
    return [];
  }
}
