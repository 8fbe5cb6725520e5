/** Owns the gateway's link to a daemon: searching, starting our own, holding on, and coming back, for as long as the gateway lives. */
import { existsSync } from "node:fs";
import type { DaemonView, DiscoveryAttempt } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice } from "../../../shared/protocol/daemon-api.ts";
import { PROTOCOL_VERSION } from "../../../shared/protocol/wire.ts";
import type { Log } from "../../home/create-log.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import type { Candidate } from "../discovery/candidates.ts";
import { type FoundDaemon, findDaemon } from "../discovery/find-daemon.ts";
import { probeHealth } from "../discovery/probe-health.ts";
import { watchFiles } from "../discovery/watch-files.ts";
import { backoff, STABLE_MS } from "./backoff.ts";
import { bringUp } from "./bring-up.ts";
import { createDaemonClient, type DaemonClient } from "./daemon-client.ts";
import { HOLD_TIMEOUT_MS, holdDaemon } from "./hold-daemon.ts";
import { createNextConnection } from "./next-connection.ts";
import { wakeablePause } from "./pause.ts";

/** After a crash, the attempts to find it again before a new one is started. */
const ATTEMPTS_BEFORE_START = 4;

export interface Connected {
  found: FoundDaemon;
  client: DaemonClient;
  /** True when it still is who it was; nothing secret is sent after a cut before this was asked. */
  verify(): Promise<boolean>;
}

export interface LinkListener {
  view(view: DaemonView): void;
  connected(daemon: Connected): void;
  lost(): void;
  notice(notice: DaemonNotice): void;
}

export interface LinkOptions {
  home: HomeFolder;
  key: string;
  candidates: readonly Candidate[];
  /** Whether to start our own when none is found. */
  start: boolean;
  log: Log;
  /** The wall clock, for what people read, in milliseconds. */
  now: () => number;
  /** A clock that only goes forward, for everything that is waited for. */
  steady: () => number;
  random: () => number;
  listener: LinkListener;
}

export interface DaemonLink {
  view(): DaemonView;
  current(): Connected | undefined;
  /** Our own daemon of another version: it proved itself, and can be told to stop, but nothing else is asked of it. */
  mismatched(): DaemonClient | undefined;
  /** Looks again at once. */
  retry(): void;
  /** Starts our own daemon as soon as none is connected. */
  start(): void;
  /** The next connection, or undefined when none came within `ms`. */
  wait(ms: number): Promise<Connected | undefined>;
  dispose(): void;
}

export function createDaemonLink(options: LinkOptions): DaemonLink {
  const { home, key, candidates, listener, log, now, steady } = options;
  const ended = new AbortController();
  const iso = (ms = now()) => new Date(ms).toISOString();
  let attempts: DiscoveryAttempt[] = candidates.map(({ path }) => ({ path, outcome: "not-tried" }));
  let view: DaemonView = { state: "searching", own: false, since: iso(), attempts };
  let current: Connected | undefined;
  let mismatched: DaemonClient | undefined;
  let switchTo: () => void = () => {};
  let wantStart = options.start;
  const next = createNextConnection();
  const { pause, wake } = wakeablePause(ended.signal);

  function show(change: Omit<DaemonView, "since" | "attempts">): void {
    const same = change.state === view.state && change.reason === view.reason;
    view = { ...change, since: same ? view.since : iso(), attempts };
    listener.view(view);
  }

  const unwatch = watchFiles(
    candidates.map(({ path }) => path),
    () => {
      if (current === undefined) wake();
      else void lookForBetter(current);
    },
  );

  /** A daemon of an earlier file has come, or ours came back elsewhere: the old connection is given up for it. */
  async function lookForBetter(held: Connected): Promise<void> {
    const search = await findDaemon(candidates, key);
    if (search.found !== undefined && search.found.base !== held.found.base && current === held) switchTo();
  }

  async function hold(found: FoundDaemon): Promise<void> {
    const client = createDaemonClient(found.base, found.own ? key : undefined);
    const other = new AbortController();
    switchTo = () => other.abort();
    const held = holdDaemon({
      found,
      client,
      probe: () => probeHealth(found.base, key, HOLD_TIMEOUT_MS),
      onNotice: listener.notice,
      signal: AbortSignal.any([ended.signal, other.signal]),
    });
    current = { found, client, verify: held.verify };
    const { pid, version } = found.health;
    show({
      state: "connected",
      url: found.base,
      own: found.own,
      ...(pid === undefined ? {} : { pid }),
      ...(version === undefined ? {} : { version }),
    });
    log.info({ url: found.base, pid, own: found.own, path: found.path }, "daemon connected");
    listener.connected(current);
    next.came(current);
    const { reason, refused } = await held.lost;
    current = undefined;
    if (ended.signal.aborted) return;
    log.warn({ url: found.base, reason }, "daemon lost");
    show({ state: refused ? "refused" : "lost", url: found.base, own: found.own, reason: sentence(reason) });
    listener.lost();
  }

  async function startOwn(): Promise<void> {
    wantStart = false;
    show({ state: "starting", own: true });
    const own = candidates.filter((candidate) => candidate.own);
    const reason = await bringUp({
      home,
      steady,
      pause,
      isUp: async () => (await findDaemon(own, key)).found !== undefined,
    });
    if (reason !== undefined && !ended.signal.aborted) show({ state: "none", own: true, reason: sentence(reason) });
  }

  async function run(): Promise<void> {
    let attempt = 0;
    let wasOwn = false;
    while (!ended.signal.aborted) {
      const search = await findDaemon(candidates, key);
      attempts = search.attempts;
      const { found } = search;
      const version = found?.health.protocol_version;
      mismatched = undefined;
      if (found !== undefined && (!found.own || version === undefined || Number(version) === PROTOCOL_VERSION)) {
        const began = steady();
        wantStart = false;
        await hold(found);
        wasOwn = found.own;
        if (steady() - began >= STABLE_MS) attempt = 0;
      } else if (found !== undefined) {
        const reason = `The daemon speaks version ${String(version)}, this Signalbox version ${PROTOCOL_VERSION}. Restart the daemon when nothing runs.`;
        mismatched = createDaemonClient(found.base, key);
        show({ state: "mismatch", url: found.base, own: true, reason });
      } else {
        // A daemon that was stopped took its file along; one that crashed left it behind, and is started again.
        const crashed = wasOwn && options.start && existsSync(home.discovery);
        if (wantStart || (crashed && attempt >= ATTEMPTS_BEFORE_START)) {
          await startOwn();
          if ((await findDaemon(candidates, key)).found !== undefined) continue;
          wasOwn = false;
        } else if (view.state !== "lost" || !crashed) showNone();
      }
      const wait = backoff(attempt, options.random);
      attempt += 1;
      if (ended.signal.aborted) return;
      if (view.state !== "connected") {
        view = { ...view, attempts, retry_at: iso(now() + wait) };
        listener.view(view);
      }
      await pause(wait);
    }
  }

  function showNone(): void {
    if (view.state === "none" && view.reason !== undefined) return;
    const told = attempts.find((item) => item.outcome !== "absent" && item.outcome !== "not-tried");
    const reason = told === undefined ? undefined : `${told.path}: ${told.reason ?? told.outcome}`;
    show({ state: "none", own: false, ...(reason === undefined ? {} : { reason }) });
  }

  void run();
  return {
    view: () => view,
    current: () => current,
    mismatched: () => mismatched,
    retry: wake,
    start() {
      wantStart = true;
      wake();
    },
    wait(ms) {
      return current === undefined ? next.wait(ms) : Promise.resolve(current);
    },
    dispose() {
      ended.abort();
      unwatch();
    },
  };
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
