/** What the page is to be told before it can listen: links to follow and commands. */

export interface PageNotice {
  channel: string;
  value: string;
}

/** Notices kept; more than a person could have meant are dropped, oldest first. */
const MAX_PENDING = 8;

export interface PendingNotices {
  /** Delivers at once when the page listens, else keeps it. */
  push(notice: PageNotice): void;
  /** The page listens: everything that waited is delivered, in order. */
  ready(): void;
  /** The page is loading again. */
  notReady(): void;
}

export function createPendingNotices(deliver: (notice: PageNotice) => void): PendingNotices {
  let listening = false;
  let waiting: PageNotice[] = [];
  return {
    push(notice) {
      if (listening) deliver(notice);
      else waiting = [...waiting, notice].slice(-MAX_PENDING);
    },
    ready() {
      listening = true;
      const due = waiting;
      waiting = [];
      for (const notice of due) deliver(notice);
    },
    notReady() {
      listening = false;
    },
  };
}
