/** The doctor's look at history: whether its file can be read, is whole, and how large it is. */

import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { listResults } from "../../home/results/result-files.ts";
import { bad, type Finding, good } from "./finding.ts";

/** Bytes of history that are looked through in the gateway itself, in some 50 ms: nothing live passes meanwhile. */
const MAX_LIVE_CHECK_BYTES = 16 * 1024 * 1024;

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

function besides({ results }: HomeFolder): string {
  const files = listResults(results);
  if (files.length === 0) return "";
  const bytes = files.reduce((total, file) => total + file.bytes, 0);
  const what = files.length === 1 ? "1 large part of results" : `${files.length} large parts of results`;
  return `, and ${what}, ${megabytes(bytes)}`;
}

/** `live`: in the process that serves. A large history is then opened and not looked through; the command does that, from outside. */
export function examineJournal(home: HomeFolder, live: boolean): Finding[] {
  const file = statSync(home.database, { throwIfNoEntry: false });
  if (file === undefined) return [good("journal", "There is no history yet.")];
  const size = `${megabytes(file.size)}${besides(home)}`;
  try {
    const database = new DatabaseSync(home.database, { readOnly: true, timeout: 1_000 });
    try {
      const checked = !live || file.size <= MAX_LIVE_CHECK_BYTES;
      const outcome = checked ? database.prepare("PRAGMA quick_check(1)").get()?.quick_check : "ok";
      const { sessions } = database.prepare("SELECT count(*) AS sessions FROM sessions").get() ?? {};
      const what = checked ? "is whole" : "can be read (`signalbox doctor` looks through all of it)";
      if (outcome === "ok")
        return [
          good("journal", `History ${what}: ${String(sessions)} ${sessions === 1 ? "session" : "sessions"}, ${size}.`),
        ];
      return [
        bad(
          "journal",
          `History is damaged: ${String(outcome)}.`,
          "Signalbox sets a damaged file aside at its next start.",
        ),
      ];
    } finally {
      database.close();
    }
  } catch (error) {
    const reason = reasonOf(error);
    return [
      bad(
        "journal",
        `${home.database} cannot be read: ${reason}.`,
        "Signalbox sets a damaged file aside at its next start.",
      ),
    ];
  }
}
