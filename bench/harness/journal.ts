/** Looks into a gateway's journal from outside, read-only, to see what has been made durable. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

/** How often one looks: a read of one row, which neither blocks nor is blocked (WAL). */
const LOOK_MS = 25;
const PATIENCE_MS = 120_000;

/** Returns when entry `last` of the session is in the journal. Throws when that takes longer than two minutes. */
export async function journaled(path: string, session: string, last: number): Promise<void> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const query = database.prepare("SELECT last FROM sessions WHERE id = ?");
    const end = performance.now() + PATIENCE_MS;
    const written = () => Number(query.get(session)?.last ?? 0);
    for (let found = written(); found < last; found = written()) {
      if (performance.now() > end) throw new Error(`the journal has ${found} of ${last} entries of ${session}`);
      await delay(LOOK_MS);
    }
  } finally {
    database.close();
  }
}

/** Bytes of the journal's files in a home. */
export function journalBytes(home: string): number {
  const files = readdirSync(home).filter((name) => name.startsWith("journal.db"));
  return files.reduce((sum, name) => sum + statSync(join(home, name)).size, 0);
}
