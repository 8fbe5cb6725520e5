/** When servers are looked at: a few at a time, and once more a while later. */
import type { OpenServer, Server } from "../open-server.ts";
import { type ProbeOutcome, probeServer } from "./probe-server.ts";

/** Servers that are started at once to be looked at. */
const PARALLEL_PROBES = 8;

export interface Probe {
  server: Server;
  /** Asked before it begins and before it is told: what has been overtaken says nothing. */
  wanted: () => boolean;
  settle: (outcome: ProbeOutcome) => void;
}

export interface ProbeQueue {
  add(probe: Probe): void;
  /** Milliseconds from now, unless everything ends before. */
  later(ms: number, work: () => void): void;
  /** Resolves once whatever was started has ended. */
  dispose(): Promise<void>;
}

export function createProbeQueue(open: OpenServer): ProbeQueue {
  const waiting: Probe[] = [];
  const running = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  const stop = new AbortController();

  const start = () => {
    while (running.size < PARALLEL_PROBES && !stop.signal.aborted) {
      const probe = waiting.shift();
      if (probe === undefined) return;
      if (!probe.wanted()) continue;
      const done = probeServer(probe.server, { open, signal: stop.signal, whole: true }).then((outcome) => {
        running.delete(done);
        if (probe.wanted() && !stop.signal.aborted) probe.settle(outcome);
        start();
      });
      running.add(done);
    }
  };
  return {
    add(probe) {
      waiting.push(probe);
      start();
    },
    later(ms, work) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        work();
      }, ms);
      timers.add(timer);
    },
    async dispose() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
