/** How long the daemon waits for its store of session records: one that is frozen is as good as one that fails. */
import type { SessionStore } from "./session-store.ts";

/** A person waits behind it. */
const WAIT_MS = 2_000;

/** The same store, whose methods reject when they take longer. What it did too late it may still have done. */
export function boundSessionStore(store: SessionStore, waitMs = WAIT_MS): SessionStore {
  const within = async <T>(asked: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the store of sessions does not answer")), waitMs);
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    put: (record) => within(store.put(record)),
    get: (id) => within(store.get(id)),
    ofOwner: (owner) => within(store.ofOwner(owner)),
    touch: (id, usedAt) => within(store.touch(id, usedAt)),
    remove: (id) => within(store.remove(id)),
    removeSession: (session) => within(store.removeSession(session)),
    removeIdle: (before) => within(store.removeIdle(before)),
    close: () => within(store.close()),
  };
}
