/** Says in one sentence that an agent stopped waiting for a call, and what became of the call. */
import type { Call } from "./call.ts";

/** `The agent stopped waiting at 300 s; the tool went on and finished at 420 s`. Undefined where the agent waited to the end. */
export function leftWords(call: Call): string | undefined {
  const { left } = call;
  if (left === undefined) return undefined;
  const why =
    left.reason ?? (left.why === "limit" ? "its own limit" : left.why === "disconnected" ? "it disconnected" : "");
  const stopped = `The agent stopped waiting at ${seconds(left.afterMs)}${why === "" ? "" : ` (${why})`}`;
  const at = lengthOf(call);
  switch (call.state) {
    case "running":
      return `${stopped}; the tool keeps running`;
    case "finished":
      return `${stopped}; the tool went on and finished${at}`;
    case "failed":
      return `${stopped}; the tool went on and failed${at}`;
    case "cancelled":
      return `${stopped}; the call was cancelled`;
    case "unknown":
      return `${stopped}; how the tool ended is not known`;
    default:
      return stopped;
  }
}

/** Whether the tool has given a result that its agent does not have. */
export const cameLate = (call: Call): boolean => call.left !== undefined && call.state === "finished";

function lengthOf({ durationMs, startedAt, endedAt }: Call): string {
  const ms = durationMs ?? Date.parse(endedAt ?? "") - Date.parse(startedAt);
  return Number.isNaN(ms) ? "" : ` at ${seconds(ms)}`;
}

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const seconds = (ms: number): string => `${NUMBER.format(ms < 10_000 ? ms / 1_000 : Math.round(ms / 1_000))} s`;
