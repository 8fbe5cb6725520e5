/** One benchmark's run: keeps every row as soon as it is measured, and the reason of each that could not be. */
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { BenchResult } from "../report/results.ts";
import type { Benchmark, Context, Row } from "./benchmark.ts";
import { spread } from "./figures.ts";
import { temporaryFolder, undoAll } from "./own-processes.ts";
import { busyCores, watchMachine } from "./quiet-machine.ts";
import { within } from "./within.ts";

/** More cores than this in the hands of others, and figures scatter. */
export const BUSY_CORES = 0.7;
/** Whatever happens in one benchmark, the others get their turn. */
const LIMIT_MS = 600_000;

export interface RunOptions extends Pick<Context, "rounds" | "quick" | "cli" | "say"> {
  commit: string;
  /** Called with what there is so far, after each row and at the end. */
  keep(result: BenchResult, ended: boolean): void;
}

/** Never throws. Afterwards nothing that it made is left. */
export async function runBenchmark(benchmark: Benchmark, options: RunOptions): Promise<BenchResult> {
  const begin = performance.now();
  const rows: BenchResult["rows"] = [];
  const failures: BenchResult["failures"] = [];
  const result = (): BenchResult => ({
    title: benchmark.title,
    seconds: (performance.now() - begin) / 1000,
    rows: [...rows],
    failures: [...failures],
  });
  let ended = false;
  // What goes on after its time is over belongs to no record any more.
  const keep = (last: boolean) => {
    if (!ended) options.keep(result(), last);
    ended ||= last;
  };
  const fail = (what: string | undefined, error: unknown) => {
    options.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const reason = reasonOf(error);
    failures.push(what === undefined ? { reason } : { what, reason });
  };
  const busy = await busyCores(500);
  if (busy > BUSY_CORES) {
    options.say(
      `other programs use ${busy.toFixed(1)} cores of this machine: its figures will scatter, and are marked`,
    );
  }
  const machine = watchMachine();
  let complaints: string[] = [];
  const context: Context = {
    ...options,
    settle: async () => {
      if (!options.quick) await machine.settle();
    },
    complain: (text) => void complaints.push(text),
    async row(what, measure) {
      complaints = [];
      const from = machine.busy().length;
      try {
        const { figures, goals, note } = await measure();
        const others = machine.busy().slice(from);
        const notes = [note, ...complaints].filter((text) => text !== undefined);
        const row: Row = { what, figures, goals, ...(notes.length > 0 && { note: notes.join(" ") }) };
        rows.push({
          ...row,
          at: new Date().toISOString(),
          commit: options.commit,
          busy: spread(others.length === 0 ? [busy] : others),
        });
        for (const reason of complaints) failures.push({ what, reason });
      } catch (error) {
        fail(what, error);
      }
      keep(false);
    },
  };
  const temporary = process.env.TMPDIR;
  // What browsers and peers leave in a temporary folder goes with it.
  process.env.TMPDIR = temporaryFolder().path;
  try {
    await within(LIMIT_MS, orStrayError(benchmark.run(context)));
  } catch (error) {
    fail(undefined, error);
  }
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  undoAll();
  keep(true);
  return result();
}

/** An error that nobody awaits, as that of a socket whose server has just been ended, is this benchmark's and not the whole run's. */
async function orStrayError(run: Promise<void>): Promise<void> {
  const stray = Promise.withResolvers<never>();
  process.on("uncaughtException", stray.reject).on("unhandledRejection", stray.reject);
  try {
    await Promise.race([run, stray.promise]);
  } finally {
    process.off("uncaughtException", stray.reject).off("unhandledRejection", stray.reject);
  }
}
