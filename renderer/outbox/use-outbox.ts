/** What the page knows of the writes that wait to be delivered. */
import { useCallback, useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { OutboxEntryView } from "../../shared/protocol/outbox-api.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";

export interface Outbox {
  /** Undefined while it is not known, or where the daemon has none. */
  entries: OutboxEntryView[] | undefined;
  fault: Fault | undefined;
  /** Files of outboxes that were damaged and set aside. */
  damaged: string[];
  /** Machines whose outboxes could not be asked. */
  missing: string[];
  retry: (entry: OutboxEntryView) => Promise<void>;
  discard: (entry: OutboxEntryView) => Promise<void>;
}

/** Asked again whenever the gateway counts otherwise, and every so often while something waits: attempts are not counted. */
const REFRESH_MS = 5_000;

export function useOutbox(): Outbox {
  const { client } = useServices();
  const [entries, setEntries] = useState<OutboxEntryView[]>();
  const [fault, setFault] = useState<Fault>();
  const [damaged, setDamaged] = useState<string[]>([]);
  const [missing, setMissing] = useState<string[]>([]);
  const load = useCallback(async () => {
    const answer = await client.outbox();
    setEntries(answer.ok ? answer.value.entries : undefined);
    setDamaged(answer.ok ? (answer.value.damaged ?? []) : []);
    setMissing(answer.ok ? (answer.value.missing ?? []) : []);
    setFault(answer.ok ? undefined : answer.fault);
  }, [client]);
  const waiting = (entries?.length ?? 0) > 0;

  useEffect(() => {
    void load();
    return useApp.subscribe(({ app: now }, { app: before }) => {
      if (now?.outbox !== before?.outbox) void load();
    });
  }, [load]);
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [load, waiting]);

  const act = useCallback(
    async (done: Promise<{ ok: true } | { ok: false; fault: Fault }>) => {
      const answer = await done;
      if (!answer.ok) toastFault(answer.fault);
      await load();
    },
    [load],
  );
  return {
    entries,
    fault,
    damaged,
    missing,
    retry: ({ id, machine }) => act(client.retryDelivery(id, machine)),
    discard: ({ id, machine }) => act(client.discardDelivery(id, machine)),
  };
}
