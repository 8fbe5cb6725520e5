/** Owns what carries events: the daemons they come from, the sessions they belong to, the journal that keeps them, and the app's state. */
import { homedir } from "node:os";
import type { Worker } from "node:worker_threads";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { createAppHub } from "./app-hub.ts";
import { createLogRing, RING_BYTES } from "./bridge/session-log.ts";
import { discoveryCandidates } from "./discovery/candidates.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import type { JournalLimits } from "./journal/journal-options.ts";
import { openJournal } from "./journal/open-journal.ts";
import { createDaemons } from "./link/daemons.ts";
import type { Counters } from "./metrics.ts";
import { rememberAgents } from "./sessions/remember-agents.ts";
import { createSessions } from "./sessions/sessions.ts";

export interface BridgeOptions {
  home: HomeFolder;
  /** The daemon's key. */
  key: string;
  /** Discovery files to look at before the usual ones. */
  discovery: readonly string[];
  /** Whether to start our own daemon when none is found. */
  startDaemon: boolean;
  limits: JournalLimits;
  journalThread: Worker | undefined;
  log: Log;
  now: () => number;
  steady: () => number;
  random: () => number;
}

export interface Bridge
  extends Pick<GatewayParts, "hub" | "ring" | "agents" | "counters" | "sessions" | "journal" | "daemons"> {
  /** No event is taken in any more; the journal stays open for who still reads it. */
  stop(): void;
}

export async function openBridge(options: BridgeOptions): Promise<Bridge> {
  const { home, key, log, now, steady, random } = options;
  const candidates = discoveryCandidates(home, options.discovery, homedir());
  const hub = createAppHub(
    {
      state: "searching",
      own: false,
      since: new Date(now()).toISOString(),
      attempts: candidates.map(({ path }) => ({ path, outcome: "not-tried" })),
    },
    now,
  );
  const ring = createLogRing(RING_BYTES, () => journal.queued());
  const agents = rememberAgents(steady);
  const counters: Counters = { events: 0, eventBytes: 0, reconnects: 0 };
  // The three know each other; none of them asks for another before all are there.
  const sessions = createSessions({
    counters,
    home,
    hub,
    ring,
    journal: () => journal,
    daemons: () => daemons,
    agents,
    log,
    now,
    steady,
    random,
  });
  const journal = await openJournal(
    { path: home.database, ...options.limits },
    {
      counts: sessions.counts,
      recording: (recording) => hub.publish({ type: "recording", recording }),
      wrote: ring.shrink,
      rests: ring.trim,
    },
    options.journalThread,
  );
  const daemons = createDaemons({
    home,
    key,
    candidates,
    start: options.startDaemon,
    log,
    now,
    steady,
    random,
    listener: {
      view: (daemon) => hub.publish({ type: "daemon", daemon }),
      changed: () => sessions.refresh(),
      notice: (notice) => sessions.notice(notice),
    },
  });
  sessions.load(journal.sessions);
  return {
    hub,
    ring,
    agents,
    counters,
    sessions,
    journal,
    daemons,
    stop() {
      daemons.dispose();
      sessions.dispose();
    },
  };
}
