/** What carries events: the daemons they come from, the sessions they belong to, the journal that keeps them, and the app's state. */
import { homedir } from "node:os";
import type { Worker } from "node:worker_threads";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import type { Log } from "../home/create-log.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { createSealer } from "../home/sealer.ts";
import { type AppHub, createAppHub } from "./app-hub.ts";
import type { Counters } from "./bridge/counters.ts";
import { createLogRing, type LogRing, RING_BYTES } from "./bridge/session-log.ts";
import { discoveryCandidates } from "./discovery/candidates.ts";
import type { JournalLimits } from "./journal/journal-options.ts";
import { type Journal, openJournal } from "./journal/open-journal.ts";
import { createDaemons, type Daemons } from "./link/daemons.ts";
import { type Machines, openMachines } from "./machines/machines.ts";
import type { PreviewNames } from "./preview/preview-names.ts";
import { rememberAgents } from "./sessions/remember-agents.ts";
import { createSessions, type Sessions } from "./sessions/sessions.ts";

export interface BridgeOptions {
  home: HomeFolder;
  /** The daemon's key. */
  key: string;
  /** Discovery files to look at before the usual ones. */
  discovery: readonly string[];
  /** Whether to start our own daemon when none is found. */
  startDaemon: boolean;
  /** Every value that a foreign daemon's events must not show. */
  secrets: () => readonly string[];
  /** The addresses of previews. */
  names: PreviewNames;
  limits: JournalLimits;
  journalThread: Worker | undefined;
  log: Log;
  now: () => number;
  steady: () => number;
  random: () => number;
}

export interface Bridge {
  hub: AppHub;
  ring: LogRing;
  agents: () => Promise<readonly AgentView[]>;
  counters: Counters;
  sessions: Sessions;
  journal: Journal;
  daemons: Daemons;
  machines: Machines;
  /** No event is taken in any more; the journal stays open for who still reads it. */
  stop(): void;
  /** Called when a daemon was connected or lost. */
  onDaemon(listener: () => void): void;
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
    secrets: options.secrets,
    home,
    names: options.names,
    hub,
    ring,
    journal: () => journal,
    daemons: () => daemons,
    agents,
    log,
    now,
    steady,
    random,
    sealer: createSealer(key, "session tokens"),
  });
  const journal = await openJournal(
    { path: home.database, results: home.results, ...options.limits },
    {
      counts: sessions.counts,
      recording: (recording) => hub.publish({ type: "recording", recording }),
      wrote: ring.shrink,
      rests: ring.trim,
    },
    options.journalThread,
  );
  const changes: (() => void)[] = [];
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
      added: (daemons) => hub.publish({ type: "daemons", daemons }),
      changed() {
        sessions.refresh();
        for (const listener of changes) listener();
      },
      notice: (daemon, notice) => sessions.notice(daemon, notice),
    },
  });
  sessions.load(journal.sessions);
  const machines = await openMachines({ home, daemons, log });
  return {
    hub,
    ring,
    agents,
    counters,
    sessions,
    journal,
    daemons,
    machines,
    onDaemon(listener) {
      changes.push(listener);
    },
    stop() {
      machines.dispose();
      daemons.dispose();
      sessions.dispose();
    },
  };
}
