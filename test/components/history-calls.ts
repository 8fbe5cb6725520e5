/** Calls of a past session for components under test: five tools in turn, a second each, a minute between turns of ten. */
import type { Call } from "../../shared/events/call.ts";
import { readCall } from "../../shared/events/read-call.ts";

/** The calls from number `from` up to but not including `to`, of a session with `total`. */
export interface HistoryCall {
  from: number;
  to: number;
  total: number;
}

const START = Date.parse("2026-11-20T08:00:00Z");
const TOOLS = ["read_file", "build", "search_code", "run_tests", "list_dir"];

/** In order of their start. */
export function historyCalls({ from, to }: HistoryCall): Call[] {
  return Array.from({ length: to - from }, (_, at) => {
    const n = from + at;
    const began = START + n * 1_000 + Math.floor(n / 10) * 60_000;
    const call = readCall({
      id: `past-${n}`,
      tool: TOOLS[n % TOOLS.length],
      server: "ci",
      state: "finished",
      startedAt: new Date(began).toISOString(),
      endedAt: new Date(began + 900).toISOString(),
      durationMs: 900,
      updatedAt: new Date(began + 900).toISOString(),
      message: n % 3 === 0 ? `part ${n}` : undefined,
      firstSeq: 2 * n + 1,
      lastSeq: 2 * n + 2,
    });
    if (call === undefined) throw new Error("not a call");
    return call;
  });
}
