/** Lets another device in: a link to copy, six digits where they are asked for, and the codes that still wait. */
import { useCallback, useEffect, useState } from "react";
import type { Scope } from "../../shared/protocol/access.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { WaitingCodes } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatAgo } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useNow } from "../stores/clock.ts";
import { toastFault } from "../stores/toasts.ts";
import controls from "./controls.module.css";
import styles from "./pages.module.css";

interface Codes {
  id: string;
  scope: Scope;
  link_code: string;
  digits?: string | undefined;
  expires_at: string;
}

const ALLOWS: Record<Scope, string> = {
  full: "It gets full access.",
  "read-only": "It gets view-only access.",
};

/** `onChange` is called when a code was made, used or ended: a device may have come. */
export function Invite({ onChange }: { onChange: () => Promise<void> }) {
  const { client } = useServices();
  const [codes, setCodes] = useState<Codes>();
  const [waiting, setWaiting] = useState<WaitingCodes>([]);
  const [fault, setFault] = useState<Fault>();
  const [ended, setEnded] = useState(false);
  const now = useNow("slow");

  const load = useCallback(async () => {
    const answer = await client.waitingCodes();
    setFault(answer.ok ? undefined : answer.fault);
    if (answer.ok) setWaiting(answer.value.codes);
    return answer.ok ? answer.value.codes : undefined;
  }, [client]);
  useEffect(() => void load(), [load]);

  const shown = codes?.id;
  // Somebody may use the code that is on the screen, or guess at its digits.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at once a second, as long as a code is shown.
  useEffect(() => {
    if (shown === undefined) return;
    void load().then((left) => {
      if (left === undefined || left.some(({ id }) => id === shown)) return;
      setCodes((current) => (current?.id === shown ? undefined : current));
      setEnded(true);
      void onChange();
    });
  }, [shown, now]);

  async function make(scope: Scope, digits: boolean): Promise<void> {
    if (codes !== undefined) await client.cancelCode(codes.id);
    const made = await client.makePairingCode(scope, digits);
    setEnded(false);
    if (made.ok) setCodes(made.value);
    else toastFault(made.fault);
    await Promise.all([load(), onChange()]);
  }

  async function cancel(id: string): Promise<void> {
    const cancelled = await client.cancelCode(id);
    if (!cancelled.ok) toastFault(cancelled.fault);
    if (codes?.id === id) setCodes(undefined);
    await Promise.all([load(), onChange()]);
  }

  const others = waiting.filter(({ id }) => id !== codes?.id);
  return (
    <>
      {codes === undefined ? (
        <div className={controls.buttons}>
          <Button onClick={() => void make("full", false)}>Connect another device…</Button>
          <Button onClick={() => void make("read-only", false)}>Add a view-only device…</Button>
          <output className={controls.hint}>{ended ? "The last code was used or has ended." : ""}</output>
        </div>
      ) : (
        <Shown
          codes={codes}
          digitsLeft={waiting.find(({ id }) => id === codes.id)?.digits !== false}
          now={now}
          onDigits={() => make(codes.scope, true)}
          onCancel={() => cancel(codes.id)}
        />
      )}
      <FaultNote fault={fault} />
      {others.length > 0 && (
        <>
          <h4 className={styles.subheading}>Codes that nobody has used yet</h4>
          <ul className={styles.devices} aria-label="Codes that nobody has used yet">
            {others.map((code) => (
              <li key={code.id} className={styles.device}>
                <span className={styles.code}>{describe(code, now)}</span>
                <Button
                  kind="remove"
                  aria-label={`Cancel: ${describe(code, now)}`}
                  onClick={() => void cancel(code.id)}
                >
                  Cancel
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function describe({ scope, made_by, made_at, digits }: WaitingCodes[number], now: number): string {
  const what = `${digits ? "Link and digits" : "Link"} for a device with ${scope === "full" ? "full" : "view-only"} access`;
  const who = made_by.kind === "owner" ? "the owner" : oneLine(made_by.name ?? "a device", 60);
  return `${what}, made by ${who} ${formatAgo(Date.parse(made_at), now)}`;
}

/** `9:27`, from milliseconds. */
function minutesAndSeconds(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

interface ShownProps {
  codes: Codes;
  /** Whether the digits are still good. */
  digitsLeft: boolean;
  now: number;
  onDigits: () => Promise<void>;
  onCancel: () => Promise<void>;
}

function Shown({ codes, digitsLeft, now, onDigits, onCancel }: ShownProps) {
  const { connection } = useServices();
  const link = `${connection.url}/#pair=${codes.link_code}`;
  const left = Date.parse(codes.expires_at) - now;
  const good = codes.digits !== undefined && digitsLeft && left > 0;
  return (
    <div className={styles.pairing}>
      {codes.digits === undefined && (
        <p className={styles.text}>Open a link on the other device: it works once. {ALLOWS[codes.scope]}</p>
      )}
      {good && (
        <>
          <p className={styles.text}>
            Open Signalbox's address on the other device and type these digits. {ALLOWS[codes.scope]}
          </p>
          <output className={styles.digits}>{`${codes.digits?.slice(0, 3)} ${codes.digits?.slice(3)}`}</output>
          <p className={controls.hint}>Expires in {minutesAndSeconds(left)}. Works once.</p>
        </>
      )}
      {codes.digits !== undefined && !good && (
        <p className={styles.text} role="alert">
          {left <= 0
            ? "These digits have expired."
            : "Somebody typed wrong digits too often, so these are void. The link is still good: nobody can guess it."}
        </p>
      )}
      <div className={controls.buttons}>
        <Button onClick={() => void copyText(link, "Link")}>Copy the link</Button>
        {!good && (
          <Button onClick={() => void onDigits()}>
            {codes.digits === undefined ? "Show six digits to type" : "Show new digits"}
          </Button>
        )}
        <Button onClick={() => void onCancel()}>Cancel</Button>
      </div>
    </div>
  );
}
