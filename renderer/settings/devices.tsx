/** Shows the browsers and programs that may connect: names, what each may do, and their removal. */
import { useCallback, useEffect, useState } from "react";
import type { Scope } from "../../shared/protocol/access.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatAgo } from "../activity/elapsed.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { toastFault } from "../stores/toasts.ts";
import controls from "./controls.module.css";
import { Invite } from "./invite.tsx";
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
        Browsers with access. One with full access can also type into your terminals and start programs.
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
              onKeyDown={(event) => event.key === "Enter" && !isInputMethod(event) && event.currentTarget.blur()}
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
              <option value="full">Full access</option>
              <option value="read-only">View only</option>
            </select>
            <AskFirst
              label={`Revoke ${oneLine(device.name, 60)}`}
              question={device.id === own ? "Sign this browser out?" : `Revoke ${oneLine(device.name, 60)}?`}
              answer={device.id === own ? "Sign out" : "Revoke access"}
              consequence={
                device.id === own
                  ? "This is the browser that you use now. It loses access at once; to return, you need a new link or six digits from another device."
                  : "It loses access at once. To return, it needs a new link or six digits."
              }
              onAnswer={() => void revoke(device.id)}
            >
              Revoke…
            </AskFirst>
          </li>
        ))}
      </ul>
      {devices?.length === 0 && <p className={styles.text}>No browser has been connected yet.</p>}
      <Invite onChange={load} />
    </>
  );
}
