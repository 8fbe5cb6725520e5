/** The rows of the sessions themselves while the disk refuses: what could not be written or deleted is tried again by itself. */
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { EventStore } from "./event-store.ts";

const RETRY_MS = 1_000;

export interface SessionKeeper {
  save(session: string, record: string): void;
  delete(session: string): void;
  /** Writes what waits. Throws what the disk says; it then waits on. */
  flush(): void;
  dispose(): void;
}

/** `refused` is told the reason, and undefined once everything is written. One row waits for each session at most. */
export function keepSessions(
  store: Pick<EventStore, "saveSession" | "deleteSession">,
  refused: (reason: string | undefined) => void,
): SessionKeeper {
  /** Undefined: to be deleted. */
  const waiting = new Map<string, string | undefined>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    for (const [session, record] of waiting) {
      if (record === undefined) store.deleteSession(session);
      else store.saveSession(session, record);
      waiting.delete(session);
    }
  }

  function attempt(): void {
    clearTimeout(timer);
    timer = undefined;
    try {
      flush();
      refused(undefined);
    } catch (error) {
      timer = setTimeout(attempt, RETRY_MS);
      refused(reasonOf(error));
    }
  }

  return {
    save(session, record) {
      waiting.set(session, record);
      attempt();
    },
    delete(session) {
      waiting.set(session, undefined);
      attempt();
    },
    flush,
    dispose: () => clearTimeout(timer),
  };
}
