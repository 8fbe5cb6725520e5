/** Session records in memory: gone with the daemon. */
import { MAX_RECORDS_OF_OWNER, type SessionRecord, type SessionStore } from "./session-store.ts";

export function createMemorySessionStore(): SessionStore {
  const records = new Map<string, SessionRecord>();
  const removeWhere = (unwanted: (record: SessionRecord) => boolean) => {
    for (const [id, record] of records) if (unwanted(record)) records.delete(id);
  };
  return {
    async put(record) {
      // A copy, as every other store gives: nobody changes a record by accident.
      records.set(record.id, structuredClone(record));
      const own = [...records.values()].filter(({ owner }) => owner === record.owner);
      const surplus = own.sort((a, b) => b.usedAt - a.usedAt).slice(MAX_RECORDS_OF_OWNER);
      for (const { id } of surplus) records.delete(id);
    },
    async get(id) {
      return structuredClone(records.get(id));
    },
    async ofOwner(owner) {
      for (const record of records.values()) if (record.owner === owner) return structuredClone(record);
      return undefined;
    },
    async touch(id, usedAt) {
      const record = records.get(id);
      if (record !== undefined) record.usedAt = Math.round(usedAt);
    },
    async remove(id) {
      records.delete(id);
    },
    removeSession: async (session) => removeWhere((record) => record.session.id === session),
    removeIdle: async (before) => removeWhere((record) => record.usedAt < before),
    async close() {},
  };
}
