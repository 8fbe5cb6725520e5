/** Waits until the machine is quiet, and notes how busy others keep it: what is left of one side would cost the next. */
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

/** Looked at for so long; cores that may be busy then; and for how long one waits at most for what was begun to end. */
const LOOK_MS = 70;
const QUIET_CORES = 0.25;
const PATIENCE_MS = 1500;

export interface QuietMachine {
  /** Returns when hardly anything runs, or after a second and a half: then somebody else keeps the machine busy. */
  settle(): Promise<void>;
  /** Cores that others kept busy, at each time that was settled. */
  busy(): readonly number[];
}

export function watchMachine(): QuietMachine {
  const seen: number[] = [];
  return {
    async settle() {
      const end = performance.now() + PATIENCE_MS;
      let busy = await busyCores(LOOK_MS);
      while (busy > QUIET_CORES && performance.now() < end) busy = await busyCores(LOOK_MS);
      seen.push(busy);
    },
    busy: () => seen,
  };
}

/** Cores that do anything, on average over the next `ms` milliseconds. */
export async function busyCores(ms: number): Promise<number> {
  const before = times();
  await delay(ms);
  const after = times();
  const all = after.all - before.all;
  return all === 0 ? 0 : (cpus().length * (after.busy - before.busy)) / all;
}

function times(): { busy: number; all: number } {
  const sums = { busy: 0, all: 0 };
  for (const { times } of cpus()) {
    sums.busy += times.user + times.nice + times.sys + times.irq;
    sums.all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return sums;
}
