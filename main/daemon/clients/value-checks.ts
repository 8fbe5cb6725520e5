/** Has a thread check what strangers' schemas say, one check at a time: one that takes too long is ended with its thread. */
import { Worker } from "node:worker_threads";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { Log } from "../../home/create-log.ts";
import { workerEntry } from "../../home/worker-entry.ts";
import type { JsonObject } from "../rpc/message.ts";
import type { CheckReport, CheckRequest } from "./check-messages.ts";

/** Each gives what is wrong, as the end of a sentence, or undefined; what could not be checked is wrong. Never rejects. */
export interface ValueChecks {
  /** Whether this is a JSON Schema. */
  schema(schema: JsonObject): Promise<string | undefined>;
  /** Whether the value fits. */
  value(schema: JsonObject, value: unknown): Promise<string | undefined>;
  dispose(): void;
}

/** What one check may take, in milliseconds in which this process ran. */
export const MAX_CHECK_MS = 2_000;
const TICK_MS = 100;
/** Threads that end in a row without having been ready, before nothing is checked any more. */
const MAX_FAILURES = 3;
/** Wrong for no other reason. */
export const TOO_LONG = "it takes too long to check";
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

interface Job {
  request: CheckRequest;
  done: (fault: string | undefined) => void;
}

export function startCheckThread(): Worker {
  return new Worker(workerEntry("check-worker", import.meta.url), { name: "checks", resourceLimits: MEMORY });
}

/** The thread starts with the first check. */
export function createValueChecks(log: Log, maxMs = MAX_CHECK_MS, startThread = startCheckThread): ValueChecks {
  const jobs: Job[] = [];
  let running: Job | undefined;
  let worker: Worker | undefined;
  let ready = false;
  let failures = 0;
  let disposed = false;
  let ticking: NodeJS.Timeout | undefined;

  function thread(): void {
    const started = startThread();
    ready = false;
    worker = started;
    // Whoever waits for a check keeps the daemon running, not its thread.
    started.unref();
    started.on("message", (report: CheckReport) => {
      if (worker !== started) return;
      if (report.type === "checked") return finish(report.fault);
      ready = true;
      failures = 0;
      next();
    });
    started.on("error", (error) => {
      if (worker !== started) return;
      log.warn({ error }, "the thread of checks failed");
      if (!ready) failures += 1;
      drop();
      // One of its memory's size, or of its stack's.
      if (running !== undefined) finish(`it cannot be checked: ${reasonOf(error)}`);
      else next();
    });
  }
  function drop(): void {
    void worker?.terminate();
    worker = undefined;
    ready = false;
  }
  function finish(fault: string | undefined): void {
    const job = running;
    running = undefined;
    clearInterval(ticking);
    job?.done(fault);
    next();
  }
  function next(): void {
    if (disposed || running !== undefined || jobs.length === 0) return;
    if (failures >= MAX_FAILURES) {
      for (const job of jobs.splice(0)) job.done("nothing can be checked: see the log");
      return;
    }
    if (worker === undefined) {
      thread();
      return;
    }
    if (!ready) return;
    running = jobs.shift();
    if (running === undefined) return;
    worker.postMessage(running.request);
    // Counted in ticks: a process that stood still has heard nothing, and that is nobody's fault.
    let ticks = 0;
    ticking = setInterval(() => {
      ticks += 1;
      if (ticks * TICK_MS < maxMs) return;
      log.warn({ maxMs }, "a client's schema takes too long to check");
      drop();
      finish(TOO_LONG);
    }, TICK_MS);
    ticking.unref();
  }
  const check = (schema: JsonObject, ...value: unknown[]): Promise<string | undefined> =>
    new Promise((resolve) => {
      try {
        // A number that is kept as its text becomes an ordinary one, as a schema wants it.
        const texts = [schema, ...value].map((item) => JSON.stringify(item ?? null));
        const [first = "", second] = texts;
        jobs.push({ request: { schema: first, ...(second !== undefined && { value: second }) }, done: resolve });
      } catch (error) {
        // Nested more deeply than it could be sent.
        resolve(`it cannot be checked: ${reasonOf(error)}`);
      }
      next();
    });

  return {
    schema: (schema) => check(schema),
    value: (schema, value) => check(schema, value),
    dispose() {
      disposed = true;
      clearInterval(ticking);
      drop();
    },
  };
}
