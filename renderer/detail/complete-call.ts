/** The rest of a call that came folded from history: arguments and result are in its first and last entries. */
import { useEffect } from "react";
import type { Call } from "../../shared/events/call.ts";
import type { RecordedPart } from "../../shared/events/tool-event.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import { useServices } from "../shell/services.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";

/** Reads what is missing, if anything is. What the gateway does not keep any more stays missing. */
export async function completeCall(
  store: CallLogStore,
  client: GatewayClient,
  session: string,
  id: string,
): Promise<void> {
  const call = store.log.calls.get(id);
  if (call === undefined || !store.isPartial(id)) return;
  const [first, last] = await Promise.all(
    [call.firstSeq, call.lastSeq].map((seq) => client.events(session, seq - 1, 1)),
  );
  if (first?.ok !== true || last?.ok !== true) return;
  const [begin, end] = [first.value.events[0], last.value.events[0]];
  const told: { -readonly [K in "args" | "result" | "cut"]: Call[K] } & { parts: RecordedPart[] } = {
    args: undefined,
    result: undefined,
    cut: undefined,
    parts: [],
  };
  if (begin?.seq === call.firstSeq && begin.event.kind !== "gap") {
    told.args = begin.event.args;
    told.cut = begin.event.cut;
    told.parts.push(...(begin.event.parts ?? []));
  }
  if (end?.seq === call.lastSeq && end.event.kind !== "gap") {
    told.result = end.event.result;
    if (end.event.cut !== undefined) told.cut = { ...told.cut, ...end.event.cut };
    told.parts.push(...(end.event.parts ?? []));
  }
  store.complete(id, told);
}

export function useCompleteCall(store: CallLogStore, session: string, id: string): void {
  const { client } = useServices();
  const wanted = store.isPartial(id);
  useEffect(() => {
    if (wanted) void completeCall(store, client, session, id);
  }, [wanted, store, client, session, id]);
}
