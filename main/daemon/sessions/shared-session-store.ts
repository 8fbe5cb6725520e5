/** Records for all machines, and a copy on this one: what is begun here while the shared store is away is live here, and shared later. */
import type { SessionRecord, SessionStore } from "./session-store.ts";

/** A shared store that takes longer counts as away, so that nobody here waits for it. */
const SHARED_MS = 1_200;
/** Records that wait to be shared; the oldest are then found on this machine alone. */
const MAX_UNSHARED = 1_000;

export interface SharedSessionStore extends SessionStore {
  /** Shares what could not be shared before. Rejects when it still cannot be. */
  share(): Promise<void>;
}

export function createSharedSessionStore(shared: SessionStore, own: SessionStore): SharedSessionStore {
  const unshared = new Map<string, SessionRecord>();
  const within = async <T>(asked: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("the shared store does not answer")), SHARED_MS);
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  };
  /** Rejects only where this machine cannot answer either: nothing may look unknown because the shared store is away. */
  const eitherOf = async (
    fromShared: () => Promise<SessionRecord | undefined>,
    fromOwn: () => Promise<SessionRecord | undefined>,
  ) => {
    try {
      return await within(fromShared());
    } catch (error) {
      const kept = await fromOwn();
      if (kept === undefined) throw error;
      return kept;
    }
  };
  return {
    async put(record) {
      await own.put(record);
      try {
        await within(shared.put(record));
        unshared.delete(record.id);
      } catch {
        unshared.set(record.id, record);
        const oldest = unshared.keys().next().value;
        if (unshared.size > MAX_UNSHARED && oldest !== undefined) unshared.delete(oldest);
      }
    },
    get: (id) =>
      unshared.has(id)
        ? own.get(id)
        : eitherOf(
            () => shared.get(id),
            () => own.get(id),
          ),
    ofOwner: (owner) =>
      eitherOf(
        () => shared.ofOwner(owner),
        () => own.ofOwner(owner),
      ),
    async touch(id, usedAt) {
      await own.touch(id, usedAt);
      await within(shared.touch(id, usedAt));
    },
    async remove(id) {
      unshared.delete(id);
      await own.remove(id);
      await within(shared.remove(id));
    },
    async removeSession(session) {
      for (const [id, record] of unshared) if (record.session.id === session) unshared.delete(id);
      await own.removeSession(session);
      await within(shared.removeSession(session));
    },
    async removeIdle(before) {
      await own.removeIdle(before);
      await within(shared.removeIdle(before));
    },
    async share() {
      for (const [id, record] of [...unshared]) {
        await within(shared.put(record));
        unshared.delete(id);
      }
    },
    async close() {
      await own.close();
      await shared.close();
    },
  };
}
