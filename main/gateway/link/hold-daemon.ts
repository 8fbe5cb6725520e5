/** Watches over one connected daemon: returns, with the reason, when it is lost. */
import { type DaemonNotice, daemonNoticeSchema, type Health } from "../../../shared/protocol/daemon-api.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { networkReason, type Probe } from "../discovery/probe-health.ts";
import type { DaemonClient } from "./daemon-client.ts";
import type { DaemonRef } from "./daemon-ref.ts";
import { readSse } from "./sse-reader.ts";

/** A frozen daemon is noticed within three of these, under PEER_TIMEOUT_MS; milliseconds. */
const HEALTH_INTERVAL_MS = 4_000;
const HEALTH_MISSES = 3;
/**
 * How long a daemon that is held may take to answer, in milliseconds: longer than one that is looked for, since a busy
 * machine is no reason to let go of it. The third miss still ends within PEER_TIMEOUT_MS.
 */
export const HOLD_TIMEOUT_MS = 2_000;

export interface HoldOptions {
  ref: DaemonRef;
  /** What it said of itself when it was connected. */
  health: Health;
  client: DaemonClient;
  probe: () => Promise<Probe>;
  onNotice: (notice: DaemonNotice) => void;
  /** Aborts when the gateway ends, or when the daemon to hold is another one. */
  signal: AbortSignal;
}

export interface Held {
  /** Asks at once whether it still is who it was: after a stream broke, before a secret is sent again. */
  verify(): Promise<boolean>;
  lost: Promise<{ reason: string; refused: boolean }>;
}

export function holdDaemon(options: HoldOptions): Held {
  const { client } = options;
  const isOurs = options.ref.capabilities.has("terminals");
  const inner = new AbortController();
  const signal = AbortSignal.any([options.signal, inner.signal]);
  let verifying: Promise<boolean> | undefined;
  let lose: (reason: string, refused?: boolean) => void = () => {};
  const lost = new Promise<{ reason: string; refused: boolean }>((resolve) => {
    lose = (reason, refused = false) => {
      inner.abort();
      clearInterval(timer);
      resolve({ reason, refused });
    };
  });
  options.signal.addEventListener("abort", () => lose("it is not wanted any more"), { once: true });

  async function look(): Promise<string | undefined> {
    const probe = await options.probe();
    if (probe.outcome === "no-answer") return probe.reason;
    if (isOurs && probe.proven !== "here") return "another program answers at its address";
    const { pid, started_at } = options.health;
    if (probe.health.pid !== pid || probe.health.started_at !== started_at)
      return "another daemon answers at its address";
    return undefined;
  }

  let misses = 0;
  const timer = setInterval(async () => {
    const problem = await look();
    misses = problem === undefined ? 0 : misses + 1;
    if (misses >= HEALTH_MISSES) lose(problem ?? "it does not answer");
  }, HEALTH_INTERVAL_MS);
  timer.unref();

  async function readNotices(): Promise<void> {
    try {
      const response = await client.stream("/events", client.keyHeaders, signal);
      if (response.status === 401) return lose("it refuses this home's key", true);
      if (response.status !== 200 || response.body === null) return lose(`its notices answered ${response.status}`);
      await readSse(response.body, {
        event(data) {
          const notice = parseJson(daemonNoticeSchema, data);
          if (notice.ok) options.onNotice(notice.value);
        },
      });
      lose("it closed the connection");
    } catch (error) {
      if (!signal.aborted) lose(networkReason(error));
    }
  }
  if (isOurs) void readNotices();

  return {
    lost,
    verify() {
      verifying ??= look().then((problem) => {
        verifying = undefined;
        if (problem !== undefined) lose(problem);
        return problem === undefined;
      });
      return verifying;
    },
  };
}
