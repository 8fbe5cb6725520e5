/** Holds the previews of all sessions: which ports each exposes, their addresses, and that the daemon lets these through. */
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import {
  type Exposure,
  exposuresSchema,
  type PreviewCheck,
  type PreviewView,
  plainPrefix,
} from "../../../shared/protocol/preview-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import type { Connected } from "../link/connected.ts";
import { OWN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import { type SessionRecord, terminalDaemon } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { checkPreview } from "./check-preview.ts";
import type { PreviewNames } from "./preview-names.ts";

export interface Previews {
  /** Faults: `no-such-session`. */
  list(session: string): Result<PreviewView[]>;
  /** Adds an exposure, or replaces that of its port. Faults: `no-such-session`, `bad-request`, `own-port`, `no-preview`. */
  expose(session: string, exposure: Exposure): Promise<Result<PreviewView>>;
  /** Faults: `no-such-session`, `not-exposed`. */
  withdraw(session: string, port: number): Promise<Result<void>>;
  /** The daemon that reaches the ports of a session, once it lets them through; undefined when there is none. */
  reach(record: SessionRecord, signal?: AbortSignal): Promise<Connected | undefined>;
  /** Tells the connected daemon what every session exposes. */
  tell(): void;
  isOwn(port: number): boolean;
  /** What a request of that path would meet now. Faults: `no-such-session`. `parents`: origins of pages that would frame it. */
  check(session: string, port: number, path: string, parents: readonly string[]): Promise<Result<PreviewCheck>>;
  /** Says it again before the next request: the daemon did not know. */
  forget(record: SessionRecord): void;
}

export interface PreviewsOptions {
  sessions: Pick<Sessions, "get" | "expose" | "records">;
  daemons: Pick<Daemons, "get" | "settledAt">;
  names: PreviewNames;
  /** `http://127.0.0.1:<port>` of the gateway. */
  url: string;
  /** The port of the gateway itself. */
  ownPort: number;
}

/** The ports of a session with their addresses. A session without a terminal of ours has none. */
export function previewViews(record: SessionRecord, names: PreviewNames, url: string): PreviewView[] {
  return (record.exposures ?? []).flatMap((exposure) => {
    const origin = names.origin({ session: record.id, port: exposure.port });
    if (origin === undefined) return [];
    const prefix = plainPrefix(exposure.pathPrefix) ?? "";
    return [{ ...exposure, url: `${origin}/`, path_url: `${url}/s/${record.id}${prefix}/` }];
  });
}

/** A port that previews may never lead to. */
export const ownPort = (port: number) =>
  failed("own-port", `Port ${port} is Signalbox's own.`, "Expose the port of a program.");

export function createPreviews(options: PreviewsOptions): Previews {
  const { sessions, daemons, names, url } = options;
  const noSession = (id: string) => failed("no-such-session", `Session ${id.slice(0, 8)}… isn't on this computer.`);
  /** What each connection was told, by session. */
  const told = new WeakMap<Connected, Map<string, string>>();
  const isOwn = (port: number) =>
    port === options.ownPort || daemons.get(OWN_DAEMON)?.reach.base === `http://127.0.0.1:${port}`;

  async function reach(record: SessionRecord, signal?: AbortSignal): Promise<Connected | undefined> {
    const terminal = record.terminal_session;
    const at = terminalDaemon(record);
    const daemon = daemons.get(at) ?? (await daemons.settledAt(at, signal));
    if (daemon === undefined || terminal === undefined) return undefined;
    const exposures = (record.exposures ?? [])
      .filter(({ port }) => !isOwn(port))
      .map(({ port, foreign }) => ({ port, ...(foreign === undefined ? {} : { foreign }) }));
    const text = JSON.stringify(exposures);
    const known = told.get(daemon) ?? new Map<string, string>();
    told.set(daemon, known);
    if (known.get(terminal) === text) return daemon;
    const done = await daemon.client.expose(terminal, exposures);
    if (!done.ok) return undefined;
    known.set(terminal, text);
    return daemon;
  }

  async function change(id: string, next: (exposures: readonly Exposure[]) => Exposure[]): Promise<Result<void>> {
    const session = sessions.get(id);
    if (session === undefined) return noSession(id);
    const list = check(exposuresSchema, next(session.record.exposures ?? []));
    if (!list.ok) return failed("bad-request", `Invalid exposures: ${list.reason}.`);
    const done = await sessions.expose(id, list.value);
    if (!done.ok) return done;
    if (daemons.get(terminalDaemon(session.record)) !== undefined) await reach(session.record);
    return ok(undefined);
  }

  return {
    list(id) {
      const session = sessions.get(id);
      return session === undefined ? noSession(id) : ok(previewViews(session.record, names, url));
    },
    async expose(id, exposure) {
      if (isOwn(exposure.port)) return ownPort(exposure.port);
      const session = sessions.get(id);
      if (session === undefined) return noSession(id);
      if (
        session.record.terminal_session === undefined ||
        names.origin({ session: id, port: exposure.port }) === undefined
      ) {
        return failed(
          "no-preview",
          "This session's programs run somewhere else.",
          "Previews need a session of this Signalbox.",
        );
      }
      const done = await change(id, (list) => [...list.filter(({ port }) => port !== exposure.port), exposure]);
      if (!done.ok) return done;
      const view = previewViews(session.record, names, url).find(({ port }) => port === exposure.port);
      return view === undefined ? noSession(id) : ok(view);
    },
    async withdraw(id, port) {
      const there = sessions.get(id)?.record.exposures?.some((exposure) => exposure.port === port);
      if (there === false || (there === undefined && sessions.get(id) !== undefined)) {
        return failed("not-exposed", `Port ${port} is not exposed.`);
      }
      return change(id, (list) => list.filter((exposure) => exposure.port !== port));
    },
    reach,
    isOwn,
    async check(id, port, path, parents) {
      const record = sessions.get(id)?.record;
      if (record === undefined) return noSession(id);
      const daemon = await reach(record);
      const [key, terminal] = [daemon?.client.key, record.terminal_session];
      if (daemon === undefined || key === undefined || terminal === undefined) {
        return ok({ health: "down", reason: "The daemon of this session is not connected." });
      }
      if (!/^\/[\x21-\x7e]*$/.test(path)) return failed("bad-request", "path must begin with a slash.");
      return ok(await checkPreview({ reach: daemon.reach, key, terminal, port, path, parents }));
    },
    tell() {
      for (const record of sessions.records()) {
        if ((record.exposures ?? []).length === 0 || daemons.get(terminalDaemon(record)) === undefined) continue;
        void reach(record);
      }
    },
    forget(record) {
      const terminal = record.terminal_session;
      const daemon = daemons.get(terminalDaemon(record));
      if (daemon !== undefined && terminal !== undefined) told.get(daemon)?.delete(terminal);
    },
  };
}
