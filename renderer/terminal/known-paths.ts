/** Asks the daemon which paths of a terminal exist: in batches, each once in a while, and never more than are remembered. */
import { MAX_PATHS, type ResolvedPath } from "../../shared/protocol/terminal-paths.ts";

export type AskPaths = (paths: readonly string[]) => Promise<readonly (ResolvedPath | null)[] | undefined>;

export interface KnownPaths {
  /** The first of them that exists. */
  find(paths: readonly string[]): Promise<ResolvedPath | undefined>;
}

/** Files come and go: after this an answer is asked for again, in milliseconds. */
const FRESH_MS = 10_000;
const MAX_KNOWN = 2_000;

interface Known {
  at: number;
  answer: Promise<ResolvedPath | undefined>;
}

export function createKnownPaths(ask: AskPaths, now: () => number = () => performance.now()): KnownPaths {
  const known = new Map<string, Known>();
  let waiting: { path: string; done: (found: ResolvedPath | undefined) => void }[] = [];

  async function send(batch: typeof waiting): Promise<void> {
    const answers = await ask(batch.map(({ path }) => path)).catch(() => undefined);
    for (const [at, { path, done }] of batch.entries()) {
      // No answer is not the answer that there is none.
      if (answers === undefined) known.delete(path);
      done(answers?.[at] ?? undefined);
    }
  }

  function look(path: string): Promise<ResolvedPath | undefined> {
    const before = known.get(path);
    if (before !== undefined && now() - before.at < FRESH_MS) return before.answer;
    const answer = new Promise<ResolvedPath | undefined>((done) => {
      waiting.push({ path, done });
      if (waiting.length === 1) queueMicrotask(flush);
    });
    known.delete(path);
    known.set(path, { at: now(), answer });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
    return answer;
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += MAX_PATHS) void send(all.slice(at, at + MAX_PATHS));
  }

  return {
    async find(paths) {
      const answers = await Promise.all(paths.map(look));
      return answers.find((answer) => answer !== undefined);
    },
  };
}
