/** The journal's index of words: two rows a call, 2n what is known at its start, 2n+1 what its end adds. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Call, isOpen } from "../../../shared/events/call.ts";
import { type SearchTerm, searchTerms } from "../../../shared/text/search-words.ts";
import { type CallWords, earlierMatch, endWords, matchOf, startWords } from "./call-words.ts";

/** A call that was found: its session's id and its JSON. */
export interface SearchHit {
  session: string;
  call: string;
}

export type CallIndex = ReturnType<typeof createCallIndex>;

export function createCallIndex(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const add = prepare("INSERT OR REPLACE INTO call_words (rowid, parts, wholes) VALUES (?, ?, ?)");
  const rowsOf =
    "SELECT 2 * number FROM calls WHERE session = ?1 UNION ALL SELECT 2 * number + 1 FROM calls WHERE session = ?1";
  const drops = ["call_words", "call_text"].map((table) => prepare(`DELETE FROM ${table} WHERE rowid IN (${rowsOf})`));
  const callOf = prepare(
    "SELECT sessions.id AS session, calls.call AS call FROM calls JOIN sessions ON sessions.number = calls.session WHERE calls.number = ?",
  );
  const earlier = prepare(`SELECT DISTINCT rowid >> 1 AS number FROM call_text WHERE call_text MATCH ?1
    AND (?2 IS NULL OR rowid >> 1 IN (SELECT number FROM calls WHERE session = ?2)) ORDER BY rowid DESC LIMIT ?3`);
  const hasEarlier = prepare("SELECT 1 FROM call_text LIMIT 1");
  /** By how many words are asked for. */
  const finders = new Map<number, StatementSync>();

  /** Each word may stand in either of a call's rows. */
  function finder(terms: number): StatementSync {
    const known = finders.get(terms);
    if (known !== undefined) return known;
    const one = (at: number) => `SELECT rowid >> 1 AS number FROM call_words WHERE call_words MATCH ?${at + 3}`;
    const all = Array.from({ length: terms }, (_, at) => one(at)).join(" INTERSECT ");
    const made = prepare(
      `SELECT DISTINCT number FROM (${all}) WHERE ?1 IS NULL OR number IN (SELECT number FROM calls WHERE session = ?1) ORDER BY number DESC LIMIT ?2`,
    );
    finders.set(terms, made);
    return made;
  }

  function find(terms: readonly SearchTerm[], session: number | undefined, limit: number): number[] {
    // All in one row is the usual case, and costs a fraction where there are many calls.
    const whole = finder(1).all(session ?? null, limit, terms.map(matchOf).join(" AND "));
    if (terms.length === 1 || whole.length === limit) return numbersOf(whole);
    return numbersOf(finder(terms.length).all(session ?? null, limit, ...terms.map(matchOf)));
  }

  function put(row: number, { parts, wholes }: CallWords): void {
    add.run(row, parts, wholes);
  }

  return {
    /** Those of its start when they are new, those of its end when it has one. */
    put(number: number, call: Call): void {
      if (call.args !== undefined || call.lastSeq === call.firstSeq) put(2 * number, startWords(call));
      if (!isOpen(call)) put(2 * number + 1, endWords(call));
    },
    putRow: put,
    dropSession(session: number): void {
      for (const drop of drops) drop.run(session);
    },
    /** Calls that hold all words of a text, newest first; of one session where its number is given. */
    search(text: string, session: number | undefined, limit: number): SearchHit[] {
      const terms = searchTerms(text);
      if (terms.length === 0) return [];
      const numbers = new Set(find(terms, session, limit));
      const question = earlierMatch(text);
      if (question !== "" && hasEarlier.get() !== undefined) {
        for (const number of numbersOf(earlier.all(question, session ?? null, limit))) numbers.add(number);
      }
      const newest = [...numbers].sort((a, b) => b - a).slice(0, limit);
      return newest.flatMap((number) => {
        const { session: id, call } = callOf.get(number) ?? {};
        return typeof id === "string" && typeof call === "string" ? { session: id, call } : [];
      });
    },
  };
}

const numbersOf = (rows: readonly Record<string, unknown>[]): number[] => rows.map(({ number }) => Number(number));
