/** Makes links to one preview for people without a device, shows their digits once, and ends them. */
import { useCallback, useEffect, useState } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { ShareView } from "../../shared/protocol/preview-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { closeOverlay, useView } from "../stores/view-store.ts";
import { portName } from "./port-text.ts";
import styles from "./preview.module.css";

const TIMES = [
  [60, "an hour"],
  [1_440, "a day"],
  [10_080, "a week"],
  [43_200, "30 days"],
] as const;

export function ShareDialog({ session }: { session: SessionView }) {
  const number = useView((view) => view.preview);
  const port = session.ports?.find((known) => known.port === number);
  return (
    <Dialog
      title={`Share ${oneLine(port === undefined ? "the preview" : portName(port), 60)}`}
      onClose={closeOverlay}
      width={560}
    >
      {port?.exposed === true ? (
        <Shares session={session.id} port={port.port} />
      ) : (
        <p className={styles.note}>Only the preview of an exposed port can be shared. Expose it first.</p>
      )}
    </Dialog>
  );
}

interface Made {
  id: string;
  url: string;
  digits?: string | undefined;
}

function Shares({ session, port }: { session: string; port: number }) {
  const { client } = useServices();
  const [shares, setShares] = useState<ShareView[]>();
  const [fault, setFault] = useState<Fault>();
  const [minutes, setMinutes] = useState(1_440);
  const [pin, setPin] = useState(true);
  const [label, setLabel] = useState("");
  const [made, setMade] = useState<Made>();

  const load = useCallback(async () => {
    const answer = await client.previewShares(session, port);
    if (answer.ok) setShares(answer.value.shares);
    else setFault(answer.fault);
  }, [client, session, port]);
  useEffect(() => void load(), [load]);

  async function make(): Promise<void> {
    const name = label.trim();
    const shared = await client.sharePreview(session, port, { minutes, pin, ...(name === "" ? {} : { label: name }) });
    setFault(shared.ok ? undefined : shared.fault);
    if (!shared.ok) return;
    setMade(shared.value);
    setLabel("");
    await load();
  }

  async function end(id: string): Promise<void> {
    const ended = await client.endShare(session, port, id);
    setFault(ended.ok ? undefined : ended.fault);
    if (made?.id === id) setMade(undefined);
    await load();
  }

  return (
    <div className={form.form}>
      <p className={styles.note}>
        Whoever has the link can use this preview, and nothing else of Signalbox. It reaches this computer only where
        its address does: on the computer itself, or through the public origin that you have set up.
      </p>
      <div className={styles.fields}>
        <label>
          <span className={form.label}>Ends after</span>
          <select className={form.input} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
            {TIMES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span className={form.label}>For whom (optional)</span>
          <input
            className={form.input}
            value={label}
            maxLength={80}
            onChange={(event) => setLabel(event.target.value)}
          />
        </label>
      </div>
      <label className={styles.check}>
        <input type="checkbox" checked={pin} onChange={(event) => setPin(event.target.checked)} />
        Ask for six digits as well
      </label>
      <div className={form.actions}>
        <Button kind="primary" onClick={() => void make()}>
          Make a link
        </Button>
      </div>
      <FaultNote fault={fault} />
      {made !== undefined && <MadeLink made={made} />}
      {shares !== undefined && shares.length > 0 && (
        <ul className={styles.list} aria-label="Links to this preview">
          {shares.map((share) => (
            <ShareRow key={share.id} share={share} onEnd={() => void end(share.id)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function MadeLink({ made: { url, digits } }: { made: Made }) {
  return (
    <div className={styles.secret} role="status">
      <p>
        The link is shown this once{digits === undefined ? "." : ", and so are its digits. Send them in another way."}
      </p>
      <code>{oneLine(url, 300)}</code>
      {digits !== undefined && (
        <p>
          Digits: <code>{digits}</code>
        </p>
      )}
      <span className={form.actions}>
        <Button onClick={() => void copyText(url, "Link")}>Copy link</Button>
        {digits !== undefined && <Button onClick={() => void copyText(digits, "Digits")}>Copy digits</Button>}
      </span>
    </div>
  );
}

function ShareRow({ share, onEnd }: { share: ShareView; onEnd: () => void }) {
  const name = oneLine(share.label ?? "Link without a name", 80);
  const until = new Date(share.expires_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className={styles.row}>
      <span className={styles.what}>
        <span className={styles.name}>{name}</span>
        <span className={styles.note}>
          Ends {until}. {share.pin ? "Asks for digits. " : ""}
          {share.open ? "" : "Closed: too many wrong digits."}
        </span>
      </span>
      <Button kind="remove" aria-label={`Revoke: ${name}`} onClick={onEnd}>
        Revoke
      </Button>
    </li>
  );
}
