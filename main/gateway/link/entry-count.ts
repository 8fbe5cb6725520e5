/** Numbers the entries that no daemon numbers: events of foreign daemons and of earlier versions of ours, and gaps that the gateway notes itself. */
import type { SessionLog } from "../bridge/session-log.ts";

export interface EntryCount {
  /** The number of the next entry. */
  next(): number;
  /**
   * A client has seen everything up to `seq`, which may be more than a gateway that was killed had time to keep. A daemon
   * that replays gives those numbers to the same events again; after a break they are given to nobody.
   */
  claim(seq: number): void;
  /** What follows is no replay of what was lost: numbers go on above all that any client has seen. */
  breakOff(): void;
}

export function createEntryCount(log: Pick<SessionLog, "end">): EntryCount {
  let claimed = 0;
  let broken = false;
  return {
    next: () => (broken ? Math.max(log.end(), claimed) : log.end()) + 1,
    claim(seq) {
      claimed = Math.max(claimed, seq);
    },
    breakOff() {
      broken = true;
    },
  };
}
