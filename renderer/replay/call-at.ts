/** What a recorded call was at a moment: the same shape as a call that runs, so that the same words are said of it. */
import { type Call, isOpen } from "../../shared/events/call.ts";
import type { ReplayCall } from "../../shared/protocol/replay-file.ts";

/** How many of its changes had happened; 0 before it began. */
export function changesBy({ changes }: ReplayCall, ms: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.[0] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Undefined before it began. `began` is when the recording begins, in milliseconds of the clock. */
export function callAt(replay: ReplayCall, ms: number, began: number): Call | undefined {
  const { call, changes } = replay;
  const count = changesBy(replay, ms);
  const change = changes[count - 1];
  if (change === undefined) return undefined;
  const [at, state, progress, total, message] = change;
  const ended = count === changes.length && !isOpen(call);
  const left = call.left !== undefined && ms - replay.ms >= call.left.afterMs ? call.left : undefined;
  return {
    ...call,
    ...{ state, left, progress: progress ?? undefined, total: total ?? undefined, message: message ?? undefined },
    updatedAt: new Date(began + at).toISOString(),
    ...(!ended && { endedAt: undefined, durationMs: undefined, error: undefined, result: undefined, uncertain: false }),
  };
}
