/** Leads from a call to its write in the outbox, while it waits there. */
import type { Call } from "../../shared/events/call.ts";
import notes from "../detail/notes.module.css";
import { Button } from "../parts/button.tsx";
import { openOverlay } from "../stores/view-store.ts";
import { useOutbox } from "./use-outbox.ts";

export function OutboxButton({ session, call }: { session: string; call: Call }) {
  return mayWait(call) ? <Waiting session={session} call={call} /> : null;
}

/** One that the server refused, or of which nobody knows, waits for a person. */
const mayWait = ({ state, error }: Call): boolean =>
  state === "queued" || (state === "failed" && (error?.code === "refused" || error?.code === "outcome-unknown"));

function Waiting({ session, call }: { session: string; call: Call }) {
  const { entries } = useOutbox();
  const entry = entries?.find(({ shown }) => shown?.session === session && shown.call === call.id);
  if (entry === undefined) {
    // A daemon that was restarted meanwhile does not have the session, and cannot tell it.
    if (entries === undefined || call.state !== "queued") return null;
    return (
      <p className={notes.warn} role="note">
        It is not in the outbox any more. It was delivered or discarded while this session was not connected; which of
        the two was not recorded.
      </p>
    );
  }
  return (
    <div>
      <Button onClick={() => openOverlay("settings", "outbox", { at: "write", id: entry.id })}>
        Show in the outbox
      </Button>
    </div>
  );
}
