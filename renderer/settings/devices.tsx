/** Owns the page of the browsers and programs that may connect, and of letting another one in. */
import { useCallback, useEffect, useState } from "react";
import type { Scope } from "../../shared/protocol/access.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatAgo } from "../activity/elapsed.ts";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { toastFault } from "../stores/toasts.ts";
import controls from "./controls.module.css";
import styles from "./pages.module.css";

interface Device {
  id: string;
  name: string;
  scope: Scope;
  created_at: string;
  last_used_at: string;
}

export function Devices() {
  const { client } = useServices();
  const [devices, setDevices] = useState<Device[]>();
  const [fault, setFault] = useState<Fault>();
  const now = useNow("slow");
  const own = useApp((store) => store.me?.id);

  const load = useCallback(async () => {
    const answer = await client.devices();
    if (answer.ok) setDevices(answer.value.devices);
    setFault(answer.ok ? undefined : answer.fault);
  }, [client]);
  useEffect(() => void load(), [load]);

  async function revoke(id: string): Promise<void> {
    const revoked = await client.revokeDevice(id);
    if (!revoked.ok) toastFault(revoked.fault);
    await load();
  }

  async function allow(id: string, scope: Scope): Promise<void> {
    const changed = await client.changeDevice(id, { scope });
    if (!changed.ok) toastFault(changed.fault);
    await load();
  }

  async function rename(device: Device, name: string): Promise<void> {
    if (name.trim() === "" || name === device.name) return;
    const renamed = await client.changeDevice(device.id, { name: name.trim() });
    if (!renamed.ok) toastFault(renamed.fault);
    await load();
  }

  return (
    <>
      <p className={styles.text}>
        These see your sessions. One that may do everything also types into your terminals and starts programs.
      </p>
      <FaultNote fault={fault} />
      <ul className={styles.devices} aria-label="Devices">
        {devices?.map((device) => (
          <li key={device.id} className={styles.device}>
            <input
              className={styles.deviceName}
              aria-label={`Name of ${oneLine(device.name, 60)}`}
              defaultValue={device.name}
              maxLength={80}
              onBlur={(event) => void rename(device, event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
            />
            <span className={controls.hint}>
              {device.id === own ? "this one" : `used ${formatAgo(Date.parse(device.last_used_at), now)}`}
            </span>
            <select
              className={controls.select}
              aria-label={`What ${oneLine(device.name, 60)} may do`}
              value={device.scope}
              onChange={(event) => void allow(device.id, event.target.value === "full" ? "full" : "read-only")}
            >
              <option value="full">May do everything</option>
              <option value="read-only">May only watch</option>
            </select>
            <Button
              kind="remove"
              aria-label={`Revoke ${oneLine(device.name, 60)}`}
              onClick={() => void revoke(device.id)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      {devices?.length === 0 && <p className={styles.text}>No browser has been connected yet.</p>}
      <Pairing onPaired={load} />
    </>
  );
}

interface Codes {
  scope: Scope;
  link_code: string;
  digits: string;
  expires_at: string;
}

function Pairing({ onPaired }: { onPaired: () => Promise<void> }) {
  const { client, connection } = useServices();
  const [codes, setCodes] = useState<Codes>();
  const now = useNow("slow", codes !== undefined);
  const left = codes === undefined ? 0 : Date.parse(codes.expires_at) - now;

  async function make(scope: Scope): Promise<void> {
    const made = await client.makePairingCode(scope);
    if (made.ok) setCodes(made.value);
    else toastFault(made.fault);
    await onPaired();
  }

  if (codes === undefined || left <= 0) {
    return (
      <div className={controls.buttons}>
        <Button onClick={() => void make("full")}>Connect another device…</Button>
        <Button onClick={() => void make("read-only")}>Connect one that only watches…</Button>
        {codes !== undefined && <span className={controls.hint}>The last code has expired.</span>}
      </div>
    );
  }
  const link = `${connection.url}/#pair=${codes.link_code}`;
  return (
    <div className={styles.pairing}>
      <p className={styles.text}>
        Open Signalbox's address on the other device and type these digits.{" "}
        {codes.scope === "full"
          ? "It may then do everything that you may here."
          : "It may then watch, and nothing else."}
      </p>
      <output className={styles.digits}>{`${codes.digits.slice(0, 3)} ${codes.digits.slice(3)}`}</output>
      <p className={controls.hint}>Valid for {Math.max(1, Math.round(left / 1_000))} s, once.</p>
      <Button onClick={() => void copyText(link, "Link")}>Copy a link instead</Button>
    </div>
  );
}
