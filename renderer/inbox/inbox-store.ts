/** What the page knows of the inbox, asked again whenever the gateway tells of a change while somebody looks. */
import { useEffect } from "react";
import { create } from "zustand";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { InboxEntry, InboxSummary } from "../../shared/protocol/inbox-api.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";

export interface InboxStore {
  /** Oldest first; undefined while it is not known. */
  entries: readonly InboxEntry[] | undefined;
  fault: Fault | undefined;
  /** Machines whose inboxes could not be asked. */
  missing: readonly string[];
}

export const useInboxStore = create<InboxStore>(() => ({ entries: undefined, fault: undefined, missing: [] }));

let asked = 0;
export async function loadInbox(client: GatewayClient): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await client.inbox();
  // An answer that was overtaken says nothing any more.
  if (mine !== asked) return;
  if (answer.ok) {
    const { entries, missing = [] } = answer.value;
    useInboxStore.setState({ entries, missing, fault: undefined });
  } else useInboxStore.setState({ fault: answer.fault });
}

/** Keeps it current while something shows it. */
export function useInbox(): InboxStore {
  const { client } = useServices();
  const revision = useApp((store) => store.app?.inbox?.revision);
  const connected = useApp((store) => store.app?.daemon.state === "connected");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision, or a daemon that is back, is another list
  useEffect(() => {
    if (connected) void loadInbox(client);
  }, [client, revision, connected]);
  return useInboxStore();
}

const NOTHING: InboxSummary = { open: 0, revision: 0, heads: [] };
export const useInboxSummary = (): InboxSummary => useApp((store) => store.app?.inbox ?? NOTHING);
