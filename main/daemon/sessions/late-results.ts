/** Keeps results that came after their agents had stopped waiting, for a repetition of the same call. */
import type { JsonObject } from "../rpc/message.ts";

/** Of one session; the oldest is forgotten first. */
const MAX_RESULTS = 32;
const MAX_CHARS = 16 * 1024 * 1024;
/** What was true so long ago is read again. */
export const LATE_RESULT_MS = 60 * 60_000;

export interface LateResult {
  result: JsonObject;
  /** When its call began and ended, milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
}

export interface LateResults {
  /** Each counts for one repetition. */
  keep(server: string, tool: string, args: unknown, late: LateResult): void;
  /** The newest of a call with equal arguments, in whatever order their members stand. */
  take(server: string, tool: string, args: unknown, now: number): LateResult | undefined;
}

export function createLateResults(): LateResults {
  const kept = new Map<string, LateResult & { chars: number }>();
  let chars = 0;
  const drop = (key: string) => {
    chars -= kept.get(key)?.chars ?? 0;
    kept.delete(key);
  };
  return {
    keep(server, tool, args, late) {
      const key = JSON.stringify(sorted([server, tool, args ?? {}]));
      const size = key.length + JSON.stringify(late.result).length;
      drop(key);
      if (size > MAX_CHARS) return;
      kept.set(key, { ...late, chars: size });
      chars += size;
      for (const oldest of kept.keys()) {
        if (kept.size <= MAX_RESULTS && chars <= MAX_CHARS) break;
        drop(oldest);
      }
    },
    take(server, tool, args, now) {
      const key = JSON.stringify(sorted([server, tool, args ?? {}]));
      const late = kept.get(key);
      drop(key);
      return late === undefined || now - late.endedAt > LATE_RESULT_MS ? undefined : late;
    },
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

/** Not a number of more digits than a double has, which is an object too (exact-json.ts). */
const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
