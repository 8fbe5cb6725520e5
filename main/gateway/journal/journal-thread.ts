/** Starts the journal's thread, which may be done before the rest of the program is loaded: both load side by side. */
import { Worker } from "node:worker_threads";
import { workerEntry } from "../../home/worker-entry.ts";

/** It waits for its options and does nothing before; one that nobody uses keeps no process alive. */
export function startJournalThread(): Worker {
  const worker = new Worker(workerEntry("journal-worker", import.meta.url), {
    // Batches are short-lived, and without a bound V8 lets them pile up to 150 MB before it looks.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  worker.unref();
  return worker;
}
