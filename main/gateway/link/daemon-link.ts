/** The gateway's link to a daemon: searching, starting our own, holding on, and coming back, for as long as the gateway lives. */
import { existsSync } from "node:fs";
import type { DaemonView, DiscoveryAttempt } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice } from "../../../shared/protocol/daemon-api.ts";
import { PROTOCOL_VERSION } from "../../../shared/protocol/wire.ts";
import { backoff, STABLE_MS } from "../../../shared/retry/backoff.ts";
import type { Log } from "../../home/create-log.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { reachAddress } from "../../wire/reach.ts";
import type { Candidate } from "../discovery/candidates.ts";
import { type FoundDaemon, findDaemon } from "../discovery/find-daemon.ts";
import { probeReach } from "../discovery/probe-health.ts";
import { watchFiles } from "../discovery/watch-files.ts";
import { createVerdict } from "./await-verdict.ts";
import { bringUp } from "./bring-up.ts";
import type { Connected } from "./connected.ts";
import { createDaemonClient, type DaemonClient } from "./daemon-client.ts";
import { foreignDaemon, OWN_DAEMON, signalboxDaemon } from "./daemon-ref.ts";
import { HOLD_TIMEOUT_MS, holdDaemon } from "./hold-daemon.ts";
import { createNextConnection } from "./next-connection.ts";
import { wakeablePause } from "./pause.ts";

/** After a crash, the attempts to find it again before a new one is started. */
const ATTEMPTS_BEFORE_START = 4;

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
  /** This daemon has agreed to end: nobody is sent to it any more. With `again`, one is started once it is gone. */
  ending(client: DaemonClient, again: boolean): void;
  /** Resolves once it is known whether there is a daemon: see `await-verdict.ts`. */
  settled(signal?: AbortSignal): Promise<void>;
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
  let leave: () => void = () => {};
  let wantStart = options.start;
  const next = createNextConnection();
  const verdict = createVerdict(view.state);
  const { pause, wake } = wakeablePause(ended.signal);

  function show(change: Omit<DaemonView, "since" | "attempts">): void {
    const same = change.state === view.state && change.reason === view.reason;
    view = { ...change, since: same ? view.since : iso(), attempts };
    listener.view(view);
    verdict.shown(view.state);
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
    if (search.found !== undefined && search.found.base !== held.reach.base && current === held) switchTo();
  }

  async function hold(found: FoundDaemon): Promise<void> {
    const reach = reachAddress(found.base);
    const ref = found.own ? signalboxDaemon(OWN_DAEMON) : foreignDaemon;
    const client = createDaemonClient(reach, found.own ? key : undefined);
    const other = new AbortController();
    switchTo = () => other.abort();
    const held = holdDaemon({
      ref,
      health: found.health,
      client,
      probe: () => probeReach(reach, key, HOLD_TIMEOUT_MS),
      onNotice: listener.notice,
      signal: AbortSignal.any([ended.signal, other.signal]),
    });
    current = { ref, reach, health: found.health, client, verify: held.verify };
    const { pid, version } = found.health;
    show({
      state: "connected",
      url: found.base,
      own: found.own,
      ...(pid === undefined ? {} : { pid }),
      ...(version === undefined ? {} : { version }),
    });
    log.info({ url: found.base, pid, own: found.own, path: found.path }, "daemon connected");
    let left = false;
    leave = () => {
      left = true;
      current = undefined;
      log.info({ url: found.base }, "daemon ends");
      show(
        wantStart
          ? { state: "starting", own: true }
          : { state: "lost", url: found.base, own: true, reason: "The daemon is ending." },
      );
      listener.lost();
    };
    listener.connected(current);
    next.came(current);
    const { reason, refused } = await held.lost;
    current = undefined;
    reach.close();
    if (ended.signal.aborted || left) return;
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
      mismatched = undefined;
      if (found !== undefined && speaksOurs(found)) {
        const began = steady();
        wantStart = false;
        await hold(found);
        wasOwn = found.own;
        if (steady() - began >= STABLE_MS) attempt = 0;
      } else if (found !== undefined) {
        mismatched = createDaemonClient(reachAddress(found.base), key);
        show({ state: "mismatch", url: found.base, own: true, reason: mismatch(found) });
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
    ending(client, again) {
      if (again) wantStart = true;
      if (current?.client === client) leave();
      else if (again) wake();
    },
    settled: verdict.settled,
    wait(ms) {
      return current === undefined ? next.wait(ms) : Promise.resolve(current);
    },
    dispose() {
      ended.abort();
      verdict.shown("none");
      unwatch();
    },
  };
}

const speaksOurs = ({ own, earlier, health: { protocol_version: version } }: FoundDaemon): boolean =>
  !own || (!earlier && (version === undefined || Number(version) === PROTOCOL_VERSION));

function mismatch({ health }: FoundDaemon): string {
  const version = health.protocol_version;
  if (version !== undefined && Number(version) !== PROTOCOL_VERSION)
    return `The daemon speaks version ${String(version)}, this Signalbox version ${PROTOCOL_VERSION}. Restart the daemon when nothing runs.`;
  const named = health.version === undefined ? "" : ` (${health.version})`;
  return `The daemon was started by an earlier Signalbox${named} and cannot prove that it listens at this address. Restart the daemon when nothing runs.`;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
