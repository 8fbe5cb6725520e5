/** The numbers of each session's events: reserved on the disk before they are used, so that none is given twice, whatever ends the daemon. */
import type { DatabaseSync } from "node:sqlite";
import { openOrSetAside } from "../../home/set-aside.ts";

/** Numbers are reserved so many at a time: few at first, since a crash leaves the rest unused, and many in a flood. */
const MIN_STEP = 1_000;
const MAX_STEP = 64 * 1024;
/** Sessions that are remembered. Beyond it the longest unused ones are forgotten. */
const MAX_SESSIONS = 20_000;
/**
 * Where nothing is known of a session's earlier numbers, it goes on at so many a millisecond since 1970: above whatever
 * was given before, unless more than 100,000 events came in every second of its life.
 */
const NUMBERS_A_MS = 100;

/** The numbers of one session while it is here. */
export interface NumberLine {
  /** Its events are numbered from the next one. */
  readonly base: number;
  /** Called before an event gets this number. */
  reach(seq: number): void;
}

export interface SessionNumbers {
  /** A new session. `after` is one that it continues; `above` is a number that a history of it already has. */
  begin(session: string, from?: { after?: string | undefined; above?: number | undefined }): NumberLine;
  /** A session of an earlier run of the daemon. */
  resume(session: string): NumberLine;
  /** The session is not here any more. */
  end(session: string): void;
  /** The number of the entry that says so, the same until the session is here again; undefined for an unknown session. */
  ofEnd(session: string): number | undefined;
  /** A number for an event of a session that is not here; undefined for an unknown session. */
  give(session: string): number | undefined;
  /** The session that continues this one, or this one where none does. */
  present(session: string): string;
  close(): void;
}

interface Row {
  given: number;
  heir: string | undefined;
  ended: number | undefined;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS numbers (
    session TEXT PRIMARY KEY,
    given INTEGER NOT NULL,
    heir TEXT,
    ended INTEGER
  ) STRICT;
`;

export interface SessionNumbersOptions {
  /** The database, which is opened with the first session; undefined keeps nothing. */
  path?: string;
  now?: () => number;
  /** Told once when numbers cannot be kept: after a crash, histories may then have to number on their own. */
  onTrouble?: (error: unknown) => void;
  onSetAside?: (aside: string) => void;
}

export function createSessionNumbers(options: SessionNumbersOptions = {}): SessionNumbers {
  const { path, now = Date.now, onTrouble = () => {}, onSetAside = () => {} } = options;
  const lines = new Map<string, { base: number; last: number; reserved: number }>();
  let opened: ReturnType<typeof statements> | undefined;
  let troubled = false;

  /** Undefined when the disk refuses: a session is numbered all the same. */
  function attempt<T>(work: (store: ReturnType<typeof statements>) => T): T | undefined {
    if (path === undefined) return undefined;
    try {
      if (opened === undefined) {
        const { value, setAside } = openOrSetAside(path, prepare);
        opened = statements(value);
        if (setAside !== undefined) onSetAside(setAside);
      }
      return work(opened);
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
      return undefined;
    }
  }

  const rowOf = (session: string) => attempt((store) => store.row(session));
  const write = (session: string, row: Row) => attempt((store) => store.write(session, row));

  function open(session: string, base: number): NumberLine {
    const line = { base, last: base, reserved: base };
    const reserve = (seq: number) => {
      line.reserved = seq + Math.min(MAX_STEP, Math.max(MIN_STEP, seq - base));
      write(session, { given: line.reserved, heir: rowOf(session)?.heir, ended: undefined });
    };
    reserve(base);
    lines.set(session, line);
    return {
      base,
      reach(seq) {
        line.last = seq;
        if (seq > line.reserved) reserve(seq);
      },
    };
  }

  function present(session: string): string {
    let at = session;
    // A chain is as long as a session was restarted at new daemons; the bound is for a file that somebody has written in.
    for (let steps = 0; steps < 1_000; steps += 1) {
      const heir = lines.has(at) ? undefined : rowOf(at)?.heir;
      if (heir === undefined) return at;
      at = heir;
    }
    return at;
  }

  /** What has been given, exactly. */
  function settle(session: string): void {
    const line = lines.get(session);
    if (line === undefined) return;
    lines.delete(session);
    const heir = rowOf(session)?.heir;
    write(session, { given: line.last, heir, ended: undefined });
  }

  return {
    begin(session, { after, above = 0 } = {}) {
      if (after === undefined) return open(session, above);
      const before = present(after);
      const row = rowOf(before);
      const line = open(session, Math.max(above, row?.given ?? 0));
      if (row !== undefined) write(before, { ...row, heir: session });
      return line;
    },
    resume(session) {
      const { given = Math.floor(now()) * NUMBERS_A_MS } = rowOf(session) ?? {};
      return open(session, given);
    },
    end: settle,
    ofEnd(session) {
      const at = present(session);
      const row = rowOf(at);
      if (row === undefined) return undefined;
      if (row.ended !== undefined) return row.ended;
      const ended = row.given + 1;
      write(at, { ...row, given: ended, ended });
      return ended;
    },
    give(session) {
      const at = present(session);
      const row = rowOf(at);
      if (row === undefined) return undefined;
      write(at, { ...row, given: row.given + 1 });
      return row.given + 1;
    },
    present,
    close() {
      for (const session of [...lines.keys()]) settle(session);
      opened?.close();
      opened = undefined;
    },
  };
}

function prepare(database: DatabaseSync): DatabaseSync {
  database.exec(SCHEMA);
  return database;
}

function statements(database: DatabaseSync) {
  const select = database.prepare("SELECT given, heir, ended FROM numbers WHERE session = ?");
  // Replacing gives a new rowid: the lowest ones are those that were not used for longest.
  const replace = database.prepare("INSERT OR REPLACE INTO numbers (session, given, heir, ended) VALUES (?, ?, ?, ?)");
  const bound = database.prepare(
    `DELETE FROM numbers WHERE rowid <= (SELECT rowid FROM numbers ORDER BY rowid DESC LIMIT 1 OFFSET ${MAX_SESSIONS})`,
  );
  return {
    row(session: string): Row | undefined {
      const found = select.get(session);
      if (found === undefined) return undefined;
      return {
        given: Number(found.given),
        heir: typeof found.heir === "string" ? found.heir : undefined,
        ended: typeof found.ended === "number" ? found.ended : undefined,
      };
    },
    write(session: string, { given, heir, ended }: Row): void {
      replace.run(session, given, heir ?? null, ended ?? null);
      bound.run();
    },
    close: () => database.close(),
  };
}
