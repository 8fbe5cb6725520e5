/** Holds on to a daemon that discovery does not find: one that is reached through a connection of somebody else's making. */
import type { DaemonNotice } from "../../../shared/protocol/daemon-api.ts";
import { backoff, STABLE_MS } from "../../../shared/retry/backoff.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { Log } from "../../home/create-log.ts";
import type { Reach } from "../../wire/reach.ts";
import { probeReach } from "../discovery/probe-health.ts";
import type { Connected } from "./connected.ts";
import { createDaemonClient } from "./daemon-client.ts";
import type { DaemonRef } from "./daemon-ref.ts";
import { HOLD_TIMEOUT_MS, holdDaemon } from "./hold-daemon.ts";
import { wakeablePause } from "./pause.ts";

/** Another daemon, beside those that discovery finds. */
export interface AddedDaemon {
  ref: DaemonRef;
  /** What people call it. */
  name: string;
  /** How it is reached at this moment; asked again after each loss. What it connects to has proved who it is. Rejects with the reason when there is no way. */
  reach(signal: AbortSignal): Promise<Reach>;
  /** What it knows this gateway by, where it wants that; sent with every request. */
  key: string | undefined;
}

export type ReachedState = { state: "connected" } | { state: "away"; reason: string };

export interface ReachedOptions {
  daemon: AddedDaemon;
  log: Log;
  steady: () => number;
  random: () => number;
  listener: {
    connected(daemon: Connected): void;
    lost(): void;
    notice(notice: DaemonNotice): void;
    state(state: ReachedState): void;
  };
}

export interface ReachedDaemon {
  current(): Connected | undefined;
  state(): ReachedState;
  /** Looks again at once. */
  retry(): void;
  dispose(): void;
}

export function createReachedDaemon({ daemon, log, steady, random, listener }: ReachedOptions): ReachedDaemon {
  const { ref, key } = daemon;
  const ended = new AbortController();
  const { pause, wake } = wakeablePause(ended.signal);
  let current: Connected | undefined;
  let state: ReachedState = { state: "away", reason: "It is being connected." };

  function show(next: ReachedState): void {
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    listener.state(next);
  }

  async function hold(): Promise<string> {
    const reach = await daemon.reach(ended.signal);
    // Who answers was proved by whoever made the connection.
    const probe = async () => {
      const answer = await probeReach(reach, "", HOLD_TIMEOUT_MS);
      return answer.outcome === "alive" ? { ...answer, proven: "here" as const } : answer;
    };
    const first = await probe();
    if (first.outcome === "no-answer") {
      reach.close();
      return first.reason;
    }
    const client = createDaemonClient(reach, key);
    const held = holdDaemon({
      ref,
      health: first.health,
      client,
      probe,
      onNotice: listener.notice,
      signal: ended.signal,
    });
    current = { ref, reach, health: first.health, client, verify: held.verify };
    log.info({ daemon: ref.id }, "daemon connected");
    show({ state: "connected" });
    listener.connected(current);
    const { reason } = await held.lost;
    current = undefined;
    reach.close();
    if (!ended.signal.aborted) {
      log.warn({ daemon: ref.id, reason }, "daemon lost");
      show({ state: "away", reason });
      listener.lost();
    }
    return reason;
  }

  async function run(): Promise<void> {
    let attempt = 0;
    while (!ended.signal.aborted) {
      const began = steady();
      const reason = await hold().catch(reasonOf);
      if (ended.signal.aborted) return;
      show({ state: "away", reason });
      if (steady() - began >= STABLE_MS) attempt = 0;
      const wait = backoff(attempt, random);
      attempt += 1;
      await pause(wait);
    }
  }

  void run();
  return {
    current: () => current,
    state: () => state,
    retry: wake,
    dispose: () => ended.abort(),
  };
}
