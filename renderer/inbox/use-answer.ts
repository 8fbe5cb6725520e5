/** Sends an answer, and says what became of it: taken, wrong, or that somebody was faster. */
import { useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { InboxAnswer } from "../../shared/protocol/inbox-api.ts";
import { useServices } from "../shell/services.ts";
import { dropDraft } from "./drafts.ts";
import { loadInbox } from "./inbox-store.ts";

export interface Answering {
  busy: boolean;
  /** Why the last one was not taken. */
  fault: Fault | undefined;
  /** What is wrong with the form, by the field's name. */
  fields: Readonly<Record<string, string>>;
  send: (answer: InboxAnswer) => Promise<boolean>;
}

export function useAnswer(id: string): Answering {
  const { client } = useServices();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const [fields, setFields] = useState<Record<string, string>>({});
  return {
    busy,
    fault,
    fields,
    async send(answer) {
      if (busy) return false;
      setBusy(true);
      const done = await client.answerInbox(id, answer);
      setBusy(false);
      setFault(done.ok ? undefined : done.fault);
      setFields(done.ok ? {} : (done.fields ?? {}));
      if (done.ok) dropDraft(id);
      // What was typed stays: another's answer, or a gateway that is away, is no reason to lose it.
      await loadInbox(client);
      return done.ok;
    },
  };
}
