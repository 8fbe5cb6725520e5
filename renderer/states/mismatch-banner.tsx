/** Replaces a daemon of another version: at once when nothing runs in it, and after a question when that ends programs. */
import { useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Banner } from "../parts/notice.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";

/** `text` says which version was found. */
export function MismatchBanner({ text }: { text: string }) {
  const { client } = useServices();
  const [busy, setBusy] = useState(false);
  /** What runs, in the daemon's words, once it was asked to end and refused. */
  const [running, setRunning] = useState<string>();
  const asked = useRef(false);

  async function restart(force: boolean): Promise<void> {
    setBusy(true);
    const answer = await client.restartDaemon(force);
    setBusy(false);
    setRunning(undefined);
    if (answer.ok) return;
    asked.current = answer.fault.code === "sessions-running";
    if (asked.current) setRunning(answer.fault.message);
    else toastFault(answer.fault);
  }

  if (running === undefined) {
    return (
      <Banner
        tone="warn"
        actions={
          <Button ref={asked.current ? focus : null} busy={busy} onClick={() => void restart(false)}>
            Restart daemon
          </Button>
        }
      >
        {text}
      </Banner>
    );
  }
  return (
    <Banner
      tone="bad"
      actions={
        <>
          <Button kind="danger" busy={busy} onClick={() => void restart(true)}>
            End them and restart
          </Button>
          {/* The safe answer has the focus: a second press of Enter ends nothing. */}
          <Button ref={focus} disabled={busy} onClick={() => setRunning(undefined)}>
            Keep them running
          </Button>
        </>
      }
    >
      <span role="alert">{running} Restarting the daemon ends what runs in it; calls and recordings are kept.</span>
    </Banner>
  );
}

const focus = (button: HTMLButtonElement | null) => button?.focus();
