/** Groups a session's calls into turns from the beginning, in slices: when older ones have come, or the agent told more of its turns. */
import type { Call } from "../../shared/events/call.ts";
import { nextTask, sliceTime } from "./slices.ts";
import { noteCall, type Turns } from "./turns.ts";

/** Calls between two looks at the clock. */
const STEP = 64;

export interface GroupAnew {
  /** Empty; filled by and by. */
  turns: Turns;
  /** Calls that come before all others, in order of their start. */
  older: readonly Call[];
  /** Told of each of those at its turn. */
  adopt: (call: Call) => void;
  /** The ids of the others, which may grow meanwhile. */
  order: () => readonly string[];
  calls: ReadonlyMap<string, Call>;
}

/** Gives the ids of all in order; nothing came in between the last look at `order` and that. */
export async function groupAnew({ turns, older, adopt, order, calls }: GroupAnew): Promise<string[]> {
  const all: string[] = [];
  let more = sliceTime();
  const pause = async () => {
    if (all.length % STEP !== 0 || more()) return;
    await nextTask();
    more = sliceTime();
  };
  const put = (call: Call | undefined) => {
    if (call === undefined) return;
    all.push(call.id);
    noteCall(turns, call, all.length - 1);
  };
  for (const call of older) {
    adopt(call);
    put(calls.get(call.id));
    if (all.length % STEP === 0) await pause();
  }
  for (let at = 0; at < order().length; at += 1) {
    put(calls.get(order()[at] ?? ""));
    if (all.length % STEP === 0) await pause();
  }
  return all;
}
