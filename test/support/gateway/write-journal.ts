/** A process that writes to a journal until it is killed, and prints how many entries it knows to be stored. */

import { openJournal } from "../../../main/gateway/journal/open-journal.ts";
import { packChunks } from "./pack-chunks.ts";

const journal = await openJournal(
  { path: process.argv[2] ?? "", maxAgeMs: 1e15, maxBytes: 1e15 },
  { counts: () => {}, recording: (state) => console.error(state) },
);
journal.save("s", "{}");
let last = journal.sessions[0]?.last ?? 0;
for (;;) {
  const events = Array.from({ length: 100 }, (_, i) =>
    JSON.stringify({ kind: "progress", call: "c", tool: "t", progress: last + i, message: Math.random().toString(36) }),
  );
  const chunks = packChunks(events, last + 1, new Date().toISOString());
  journal.append("s", chunks, undefined);
  last = chunks.at(-1)?.last ?? last;
  // A read is answered after everything before it is committed.
  await journal.read("s", last - 1);
  console.log(last);
}
