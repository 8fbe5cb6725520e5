/**
 * Decides which notices of a changed list are news. Such a notice is a hint (MCP 2025-11-25, list changed notification):
 * some servers give one with every answer, and whoever asks again for each would never stop asking.
 */

/** Between two rounds that notices begin; doubled while the rounds find the same list, at most the second. */
const PACE_MS = 250;
const MAX_PACE_MS = 30_000;
/** After a round that found nothing new, a notice within this time belongs to that round. */
const ECHO_MS = 1_000;
/** A notice that came with an answer may be true for all that: it is looked into once, this much later. */
const CONFIRM_MS = 10_000;

export interface ListWatch {
  /** A list is being read; the result is called with what it held, or with nothing when it could not be read. */
  reading(list: string): (content: string | undefined) => void;
  /** The server says that its list has changed: `news` is called, now or later, unless that says nothing. */
  notice(news: () => void): void;
  close(): void;
}

/** `clock` in milliseconds that never jump. */
export function createListWatch(clock: () => number = () => performance.now()): ListWatch {
  const last = new Map<string, string>();
  let readings = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let newsAt = Number.NEGATIVE_INFINITY;
  /** A round that a notice began has not been read to its end. */
  let round = false;
  /** Rounds in a row that found what was known. */
  let empty = 0;
  let confirmed = false;
  let timer: NodeJS.Timeout | undefined;
  let due = 0;

  const after = (ms: number, news: () => void) => {
    if (timer !== undefined && due <= clock() + ms) return;
    clearTimeout(timer);
    const fire = () => {
      timer = undefined;
      newsAt = clock();
      round = true;
      news();
    };
    if (ms <= 0) return fire();
    due = clock() + ms;
    timer = setTimeout(fire, ms).unref();
  };
  const confirm = (news: () => void) => {
    if (confirmed) return;
    confirmed = true;
    after(CONFIRM_MS, news);
  };
  return {
    reading(list) {
      readings += 1;
      let over = false;
      return (content) => {
        if (over) return;
        over = true;
        readings -= 1;
        readAt = clock();
        if (content === undefined) return;
        const same = last.get(list) === content;
        last.set(list, content);
        if (!same) {
          empty = 0;
          confirmed = false;
        } else if (round) empty += 1;
        round = false;
      };
    },
    notice(news) {
      const now = clock();
      if (readings > 0 || (empty > 0 && now - readAt < ECHO_MS)) return confirm(news);
      after(newsAt + Math.min(PACE_MS * 2 ** empty, MAX_PACE_MS) - now, news);
    },
    close() {
      clearTimeout(timer);
    },
  };
}

/** The watches of one session, by server and by what lists: `tools`, `prompts` or `resources`. */
export interface ListWatches {
  of(server: string, kind: string): ListWatch;
  close(): void;
}

export function createListWatches(): ListWatches {
  const watches = new Map<string, ListWatch>();
  return {
    of(server, kind) {
      const key = `${kind} ${server}`;
      const watch = watches.get(key) ?? createListWatch();
      watches.set(key, watch);
      return watch;
    },
    close() {
      for (const watch of watches.values()) watch.close();
    },
  };
}
