/** Tells a session's store when its agent said that turns began: those of before, and each new one. */
import { useEffect } from "react";
import { useApp } from "../stores/app-store.ts";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useServices } from "./services.ts";

export function useTurnStarts(session: string | undefined, store: CallLogStore | undefined): void {
  const { client } = useServices();
  const last = useApp((app) => app.app?.sessions.find(({ id }) => id === session)?.turn_started_at);
  const speaks = last !== undefined;
  useEffect(() => {
    // An agent that says nothing of turns has none to be asked for.
    if (session === undefined || store === undefined || !speaks) return;
    let gone = false;
    void client.turns(session).then((answer) => {
      if (!gone && answer.ok) store.noteTurnStarts(answer.value.turns);
    });
    return () => {
      gone = true;
    };
  }, [client, session, store, speaks]);
  useEffect(() => {
    if (last !== undefined) store?.noteTurnStarts([last]);
  }, [store, last]);
}
