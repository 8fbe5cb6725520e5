/** Sums up the calls of a session: for each tool and each server how many, how they ended, how long they took and how much they carried. */
import type { Call } from "./call.ts";

export interface TotalsRow {
  /** Empty: of no server that is known. */
  server: string;
  /** Absent in the row of a server. */
  tool?: string;
  calls: number;
  errors: number;
  /** Milliseconds; absent where no call has ended. */
  p50?: number;
  p95?: number;
  /** Of arguments and results together, as far as events are kept. */
  bytes: number;
}

export interface SlowCall {
  id: string;
  tool: string;
  about?: string;
  state: Call["state"];
  startedAt: string;
  durationMs: number;
}

export interface CallTotals {
  tools: TotalsRow[];
  servers: TotalsRow[];
  /** The slowest first. */
  slowest: SlowCall[];
}

/** Rows beyond this many are left out, the least used first. */
const MAX_ROWS = 500;
const MAX_SLOWEST = 50;
/** Durations that are kept of a row, the newest: enough for its percentiles. */
const MAX_DURATIONS = 20_000;

interface Sum {
  row: TotalsRow;
  durations: number[];
}

const ERRORS: ReadonlySet<Call["state"]> = new Set(["failed", "discarded", "unknown"]);

export function createCallTotals() {
  const tools = new Map<string, Sum>();
  const servers = new Map<string, Sum>();
  let slowest: SlowCall[] = [];

  function sumsOf(tool: string, server: string): Sum[] {
    const put = (sums: Map<string, Sum>, key: string, row: TotalsRow): Sum => {
      const known = sums.get(key) ?? { row, durations: [] };
      sums.set(key, known);
      return known;
    };
    const fresh = { calls: 0, errors: 0, bytes: 0 };
    return [
      put(tools, JSON.stringify([server, tool]), { server, tool, ...fresh }),
      put(servers, server, { server, ...fresh }),
    ];
  }

  return {
    call(
      call: Pick<Call, "id" | "tool" | "server" | "state" | "about" | "startedAt" | "endedAt" | "durationMs">,
    ): void {
      const took = durationOf(call);
      for (const { row, durations } of sumsOf(call.tool, call.server ?? "")) {
        row.calls += 1;
        if (ERRORS.has(call.state)) row.errors += 1;
        if (took === undefined) continue;
        durations.push(took);
        if (durations.length > 2 * MAX_DURATIONS) durations.splice(0, durations.length - MAX_DURATIONS);
      }
      if (took === undefined) return;
      const { id, tool, about, state, startedAt } = call;
      slowest.push({ id, tool, ...(about === undefined ? {} : { about }), state, startedAt, durationMs: took });
      if (slowest.length > 20 * MAX_SLOWEST) slowest = slowestOf(slowest);
    },
    bytes(tool: string, server: string | undefined, bytes: number): void {
      for (const { row } of sumsOf(tool, server ?? "")) row.bytes += bytes;
    },
    result: (): CallTotals => ({ tools: rows(tools), servers: rows(servers), slowest: slowestOf(slowest) }),
  };
}

function durationOf({
  state,
  durationMs,
  startedAt,
  endedAt,
}: Pick<Call, "state" | "durationMs" | "startedAt" | "endedAt">) {
  if (durationMs !== undefined) return durationMs;
  if (endedAt === undefined || state === "unknown") return undefined;
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  return Number.isNaN(took) || took < 0 ? undefined : took;
}

const slowestOf = (calls: readonly SlowCall[]): SlowCall[] =>
  calls.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, MAX_SLOWEST);

/** Those with the most calls first. What events alone tell of, without a call, is no row. */
function rows(sums: ReadonlyMap<string, Sum>): TotalsRow[] {
  return [...sums.values()]
    .filter(({ row }) => row.calls > 0)
    .map(({ row, durations }) => {
      const sorted = durations.toSorted((a, b) => a - b);
      if (sorted.length === 0) return row;
      return { ...row, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
    })
    .sort((a, b) => b.calls - a.calls)
    .slice(0, MAX_ROWS);
}

/** The nearest rank: a duration that there was. */
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
