/** Looks at the databases that the daemon keeps in the home folder: whether each is whole, and what was set aside of any. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { setAsideOf } from "../../home/set-aside.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

/** Bytes that are looked through while others wait for the gateway, in some 50 ms. */
const MAX_LIVE_CHECK_BYTES = 16 * 1024 * 1024;

interface Store {
  file: string;
  what: string;
  /** What is lost with a damaged one. */
  lost: string;
}

const STORES: readonly Store[] = [
  { file: "sessions.db", what: "The MCP sessions of agents", lost: "agents begin theirs again" },
  {
    file: "known-servers.db",
    what: "What is known of servers",
    lost: "it is learned again, and tools count as seen for the first time",
  },
  { file: "numbers.db", what: "The numbers of events", lost: "sessions of earlier runs continue with higher numbers" },
  { file: "outbox.db", what: "The outbox", lost: "writes that wait in it are not delivered" },
];

/** `live`: in the process that serves, where a large file is opened and not looked through. */
export function examineStores(home: HomeFolder, live: boolean): Finding[] {
  const looked = STORES.flatMap((store) => examineOne(join(home.path, store.file), store, live));
  const whole = looked.length === 0 ? [good("stores", "Sessions, servers and the outbox are whole.")] : looked;
  return [...whole, ...asides(home)];
}

function examineOne(path: string, { what, lost }: Store, live: boolean): Finding[] {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return [];
  const hint = `The daemon sets a damaged file aside when it starts the next time: ${lost}.`;
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    try {
      if (live && file.size > MAX_LIVE_CHECK_BYTES) database.prepare("SELECT count(*) FROM sqlite_schema").get();
      else {
        const outcome = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
        if (outcome !== "ok") return [bad("stores", `${what} (${path}) is damaged: ${String(outcome)}.`, hint)];
      }
      return [];
    } finally {
      database.close();
    }
  } catch (error) {
    const reason = reasonOf(error);
    return [bad("stores", `${path} cannot be read: ${reason}.`, hint)];
  }
}

function asides(home: HomeFolder): Finding[] {
  const outbox = setAsideOf(join(home.path, "outbox.db")).map((path) =>
    bad(
      "outbox",
      `The outbox was damaged and set aside as ${path}: writes that waited in it were not delivered.`,
      `Recover them with sqlite3 (\`sqlite3 ${path} .recover\`), or remove the file when you do not need them.`,
    ),
  );
  const others = [
    home.database,
    ...["sessions.db", "known-servers.db", "numbers.db"].map((file) => join(home.path, file)),
  ].flatMap(setAsideOf);
  return [
    ...outbox,
    ...others.map((path) =>
      warning("stores", `A damaged file was set aside as ${path}.`, "Remove it when you do not need it any more."),
    ),
  ];
}
