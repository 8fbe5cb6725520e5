/** Notices which ports the programs of each session listen on, at a cost that nobody sees. */
import type { DaemonPort } from "../../../shared/protocol/preview-api.ts";
import type { FoundListener, Leader } from "./find-listeners.ts";

export interface PortWatch {
  /** Ports of a session's programs, and exposed ones on which anybody listens; undefined before the first look. */
  ports(session: string): DaemonPort[] | undefined;
  /** Looks at once: something has changed. */
  look(): void;
  /** Resolves once a look that began after this was called has ended. */
  looked(): Promise<void>;
  dispose(): void;
}

export interface PortWatchOptions {
  /** Sessions whose program runs. */
  leaders: () => readonly Leader[];
  /** Bytes that a session's program has printed: one that prints may have begun to listen. */
  offset: (session: string) => number;
  /** Ports that a session exposes, and all sessions that expose any. */
  exposed: (session: string) => readonly number[];
  exposing: () => readonly string[];
  find: (leaders: readonly Leader[], known: Map<number, FoundListener>) => Promise<readonly FoundListener[]>;
  onChange: (session: string) => void;
  /** Where a look starts other programs, it is taken only after something was printed. */
  costly: boolean;
  steady?: () => number;
  cpu?: () => number;
}

/** How often it is looked, in milliseconds, where a look is a file. */
const LOOK_MS = 1_000;
/** Where it starts programs, and after something was printed: then, and as often again while it goes on. */
const COSTLY_LOOK_MS = 10_000;
/** While nothing changes, a look that costs more is taken less often, so that all of them stay near a thousandth of a core. */
const SHARE = 1_000;
/** While something is printed, as every server does that has begun to listen, they may cost a hundredth. */
const PRINTING_SHARE = 100;
const LONGEST_MS = 10_000;
/** A timer's own unsteadiness: a look that is due is not put off to the next tick. */
const EARLY_MS = 100;

/** Milliseconds of a core that this thread has used: a busy machine makes a look longer, and no dearer. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

export function createPortWatch(options: PortWatchOptions): PortWatch {
  const {
    leaders,
    offset,
    exposed,
    exposing,
    find,
    onChange,
    costly,
    steady = () => performance.now(),
    cpu = threadMs,
  } = options;
  const known = new Map<number, FoundListener>();
  let found: readonly FoundListener[] | undefined;
  let shown = new Map<string, string>();
  let printed = "";
  let asked = "";
  let last = "";
  let dueAt = 0;
  let soonAt = 0;
  let looking = false;
  let ongoing: Promise<void> = Promise.resolve();
  let again = false;
  let ended = false;

  const portsOf = (session: string, all: readonly FoundListener[]): DaemonPort[] => {
    const wanted = new Set(exposed(session));
    const ports = new Map<number, DaemonPort>();
    for (const { port, session: owner, process } of all) {
      const ours = owner === session;
      if (!ours && !wanted.has(port)) continue;
      if (ports.get(port)?.ours === true) continue;
      ports.set(port, { port, ours, ...(process === undefined || process === "" ? {} : { process }) });
    }
    return [...ports.values()].toSorted((a, b) => a.port - b.port);
  };

  /** One look at a time; whoever asks meanwhile gets another one after it. */
  function look(): Promise<void> {
    if (looking) again = true;
    else ongoing = lookNow();
    return ongoing;
  }
  async function lookNow(): Promise<void> {
    looking = true;
    const running = leaders();
    const sessions = new Set([...running.map(({ session }) => session), ...exposing()]);
    if (sessions.size > 0) {
      const began = cpu();
      const who = running.map(({ session, pid }) => `${session} ${pid}`).join();
      // What belonged to nobody may be a new session's.
      if (who !== asked) for (const [name, { session }] of known) if (session === undefined) known.delete(name);
      asked = who;
      const all = await find(running, known);
      found = all;
      // What other programs of this machine do is no reason to look more often: some come and go all the time.
      const text = JSON.stringify([...sessions].map((session) => portsOf(session, all)));
      const cost = cpu() - began;
      const soon = Math.max(costly ? COSTLY_LOOK_MS : LOOK_MS, cost * PRINTING_SHARE);
      const later = Math.min(Math.max(soon, cost * SHARE), LONGEST_MS);
      const now = steady() - EARLY_MS;
      soonAt = now + soon;
      dueAt = text === last ? now + later : soonAt;
      last = text;
    }
    looking = false;
    if (ended) return;
    const next = new Map([...sessions].map((session) => [session, JSON.stringify(portsOf(session, found ?? []))]));
    const before = shown;
    shown = next;
    for (const [session, text] of next) if (before.get(session) !== text) onChange(session);
    if (again) {
      again = false;
      await lookNow();
    }
  }

  const tick = () => {
    const now = leaders()
      .map(({ session, pid }) => `${session} ${pid} ${offset(session)}`)
      .join();
    const quiet = now === printed;
    if (steady() < (quiet ? dueAt : soonAt) || (costly && quiet)) return;
    printed = now;
    void look();
  };
  const timer = setInterval(tick, LOOK_MS);
  timer.unref();

  return {
    ports: (session) => (found === undefined ? undefined : portsOf(session, found)),
    look: () => void look(),
    looked: look,
    dispose() {
      ended = true;
      clearInterval(timer);
    },
  };
}
