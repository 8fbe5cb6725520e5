/** Waits within limits for what a started app does, and reads its log. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseJson, z } from "../../shared/protocol/schema.ts";

/** The result of `work`; rejects with a sentence that names `what` when it takes longer than `ms`. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const late = wait(ms, undefined, { signal: timeout.signal, ref: false }).then(() => {
    throw new Error(`${what} took longer than ${ms / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timeout.abort();
  }
}

/** The first value of `look` that is not undefined; another process decides when, so it is asked four times a second. */
export function until<T>(ms: number, what: string, look: () => Promise<T | undefined>): Promise<T> {
  let given = false;
  const search = async (): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (given) throw new Error(`${what} was given up`);
      await wait(250);
    }
  };
  return within(ms, what, search()).finally(() => {
    given = true;
  });
}

const entry = z.looseObject({ msg: z.string() });

/** The last entry of the desktop's log with this message. */
export function readLog(home: string, message: string): Record<string, unknown> | undefined {
  const file = join(home, "logs", "desktop.log");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const entries = lines.flatMap((line) => {
    const read = parseJson(entry, line);
    return read.ok ? [read.value] : [];
  });
  return entries.findLast(({ msg }) => msg === message);
}
