/** Knows what is open on the way to previews, so that it ends with the access that opened it. */
import type { Entry } from "./preview-access.ts";

interface Open {
  entry: Entry;
  end(code: number, reason: string): void;
}

export interface PreviewTraffic {
  /** Tracks one request or socket until `done` emits close. */
  track(entry: Entry, end: Open["end"], done: { once(event: "close", listener: () => void): unknown }): void;
  /** Ends what fits. */
  end(whose: (entry: Entry) => boolean, code: number, reason: string): void;
  readonly count: number;
  dispose(): void;
}

/** How often it is looked whether a shared link has run out, in milliseconds. */
const LOOK_MS = 1_000;

export function createPreviewTraffic(
  isOver: (share: string) => boolean,
  sharedEnd: { code: number; reason: string },
): PreviewTraffic {
  const open = new Set<Open>();
  let timer: NodeJS.Timeout | undefined;
  function end(whose: (entry: Entry) => boolean, code: number, reason: string): void {
    for (const item of open) if (whose(item.entry)) item.end(code, reason);
  }
  const look = () => {
    end(({ visitor }) => visitor.by === "share" && isOver(visitor.id), sharedEnd.code, sharedEnd.reason);
    if (![...open].some(({ entry }) => entry.visitor.by === "share")) stop();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    track(entry, close, done) {
      const item = { entry, end: close };
      open.add(item);
      done.once("close", () => open.delete(item));
      if (entry.visitor.by === "share") timer ??= setInterval(look, LOOK_MS).unref();
    },
    end,
    get count() {
      return open.size;
    },
    dispose() {
      stop();
      for (const item of open) item.end(1001, "Signalbox is closing");
    },
  };
}
