/** The directory of daemons: which are connected, and which of them a session's tools or terminal are at. */
import type { DaemonSummary, DaemonView } from "../../../shared/protocol/app-frames.ts";
import type { DaemonNotice } from "../../../shared/protocol/daemon-api.ts";
import type { Connected } from "./connected.ts";
import type { DaemonClient } from "./daemon-client.ts";
import { createDaemonLink, type DaemonLink, type LinkOptions } from "./daemon-link.ts";
import { type DaemonId, FOREIGN_DAEMON, OWN_DAEMON } from "./daemon-ref.ts";
import { type AddedDaemon, createReachedDaemon, type ReachedDaemon } from "./reached-daemon.ts";

export interface DaemonsListener {
  /** Of the daemon that discovery chose. */
  view(view: DaemonView): void;
  /** Those that were added. */
  added(daemons: DaemonSummary[]): void;
  /** A daemon was connected, or lost. */
  changed(): void;
  /** From a daemon of Signalbox. */
  notice(daemon: DaemonId, notice: DaemonNotice): void;
}

export interface Daemons {
  /** The link to the one that discovery chose, which serves the tools of new sessions. */
  readonly primary: DaemonLink;
  /** All that are connected, the one that discovery chose first. */
  connected(): readonly Connected[];
  get(id: DaemonId): Connected | undefined;
  /** The one that discovery chose, after the verdict on it; undefined when there is none. `signal` ends the waiting. */
  settled(signal?: AbortSignal): Promise<Connected | undefined>;
  /** This daemon, after the verdict on it: our own also where discovery chose another one. None is started for this. */
  settledAt(id: DaemonId, signal?: AbortSignal): Promise<Connected | undefined>;
  /** This daemon, started when it has to be and can; undefined when it did not come within `ms`. */
  need(id: DaemonId, ms: number): Promise<Connected | undefined>;
  /** Our own daemon has agreed to end: nobody is sent to it any more. With `again`, one is started once it is gone. */
  ending(client: DaemonClient, again: boolean): void;
  /** The first connected daemon that `fits`, now or later; undefined once `signal` aborts. */
  when(fits: (daemon: Connected) => boolean, signal: AbortSignal): Promise<Connected | undefined>;
  /** Holds on to another daemon, under an id that no other one has, until the function that it gives is called. */
  add(daemon: AddedDaemon): () => void;
  dispose(): void;
}

export function createDaemons(options: Omit<LinkOptions, "listener"> & { listener: DaemonsListener }): Daemons {
  const { listener } = options;
  const waiting = new Set<() => void>();
  const changed = () => {
    listener.changed();
    for (const look of waiting) look();
  };
  const notice = (told: DaemonNotice) => listener.notice(OWN_DAEMON, told);
  const primary = createDaemonLink({
    ...options,
    listener: { view: listener.view, connected: changed, lost: changed, notice },
  });
  let side: DaemonLink | undefined;
  const added = new Map<DaemonId, { daemon: AddedDaemon; held: ReachedDaemon }>();

  const connected = () =>
    [primary.current(), side?.current(), ...[...added.values()].map(({ held }) => held.current())].filter(
      (item) => item !== undefined,
    );
  const get = (id: DaemonId) => connected().find(({ ref }) => ref.id === id);
  /** Looks for our own daemon beside the one that discovery chose. */
  const openSide = (start: boolean): DaemonLink => {
    side ??= createDaemonLink({
      ...options,
      start,
      candidates: options.candidates.filter((candidate) => candidate.own),
      listener: { view: () => {}, connected: changed, lost: changed, notice },
    });
    return side;
  };
  function when(fits: (daemon: Connected) => boolean, signal: AbortSignal): Promise<Connected | undefined> {
    return new Promise((resolve) => {
      const done = (daemon: Connected | undefined) => {
        waiting.delete(look);
        signal.removeEventListener("abort", stop);
        resolve(daemon);
      };
      const stop = () => done(undefined);
      const look = () => {
        const found = connected().find(fits);
        if (found !== undefined) done(found);
      };
      waiting.add(look);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      else look();
    });
  }
  async function needOwn(ms: number): Promise<Connected | undefined> {
    if (primary.current() === undefined) {
      primary.start();
      const came = await primary.wait(ms);
      if (came === undefined || came.ref.id === OWN_DAEMON) return came;
    }
    const beside = openSide(options.start);
    beside.start();
    return beside.wait(ms);
  }
  const summaries = (): DaemonSummary[] =>
    [...added.values()].map(({ daemon, held }) => ({ id: daemon.ref.id, name: daemon.name, ...held.state() }));

  return {
    primary,
    connected,
    get,
    async settled(signal) {
      await primary.settled(signal);
      return primary.current();
    },
    async settledAt(id, signal) {
      if (get(id) !== undefined || added.has(id)) return get(id);
      await primary.settled(signal);
      if (id === OWN_DAEMON && primary.current()?.ref.id === FOREIGN_DAEMON) await openSide(false).settled(signal);
      return get(id);
    },
    async need(id, ms) {
      const now = get(id);
      if (now !== undefined) return now;
      if (id === OWN_DAEMON) return needOwn(ms);
      added.get(id)?.held.retry();
      return added.has(id) ? when(({ ref }) => ref.id === id, AbortSignal.timeout(ms)) : undefined;
    },
    ending(client, again) {
      const link = side?.current()?.client === client ? side : primary;
      link.ending(client, again);
    },
    when,
    add(daemon) {
      const { id } = daemon.ref;
      if (id === OWN_DAEMON || id === FOREIGN_DAEMON || added.has(id))
        throw new Error(`There is a daemon ${id} already`);
      const held = createReachedDaemon({
        daemon,
        log: options.log,
        steady: options.steady,
        random: options.random,
        listener: {
          connected: changed,
          lost: changed,
          notice: (told) => listener.notice(id, told),
          state: () => listener.added(summaries()),
        },
      });
      added.set(id, { daemon, held });
      listener.added(summaries());
      return () => {
        if (added.get(id)?.held !== held) return;
        const wasConnected = held.current() !== undefined;
        held.dispose();
        added.delete(id);
        listener.added(summaries());
        if (wasConnected) changed();
      };
    },
    dispose() {
      primary.dispose();
      side?.dispose();
      for (const { held } of added.values()) held.dispose();
    },
  };
}
