/** The strip with the pinned calls above the activity: they stay in reach however long the session gets. */
import { PinOff } from "lucide-react";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { StateIcon } from "../parts/state-icon.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";
import { useNow } from "../stores/clock.ts";
import { useView } from "../stores/view-store.ts";
import { CallName } from "./call-name.tsx";
import row from "./call-row.module.css";
import { callTone, useCall } from "./call-row.tsx";
import { toggleCallPin, usePinnedCalls } from "./pinned.ts";
import styles from "./pinned-calls.module.css";
import { figures, stateWord } from "./progress-truth.ts";

interface PinnedProps {
  store: CallLogStore;
  onOpen: (id: string) => void;
}

/** Calls that this page has not, or no longer, are left out; their pins stay. */
export function PinnedCalls({ store, onOpen }: PinnedProps) {
  const session = useView((view) => view.session);
  const pinned = usePinnedCalls(session);
  if (session === undefined || pinned.length === 0) return null;
  return (
    <ul className={styles.pins} aria-label="Pinned calls">
      {pinned.map((id) => (
        <PinnedCall key={id} store={store} id={id} onOpen={onOpen} onUnpin={() => toggleCallPin(session, id)} />
      ))}
    </ul>
  );
}

function PinnedCall({ store, id, onOpen, onUnpin }: PinnedProps & { id: string; onUnpin: () => void }) {
  const call = useCall(store, id);
  const now = useNow("fast", call?.state === "running");
  if (call === undefined) return null;
  const tool = oneLine(call.tool, 80);
  return (
    <li className={styles.pin}>
      <button type="button" className={styles.pinOpen} onClick={() => onOpen(id)}>
        <StateIcon tone={callTone(call)} />
        <CallName call={call} store={store} />
        <span className="visually-hidden">{stateWord(call)}</span>
        <span className={row.figures}>{figures(call, now)}</span>
      </button>
      <IconButton label={`Unpin ${tool}`} onClick={onUnpin}>
        <PinOff aria-hidden size={13} strokeWidth={1.75} />
      </IconButton>
    </li>
  );
}
