/** The secrets that servers refer to by name: kept by the daemon, replaced or removed here, never shown again. */
import { type FormEvent, useCallback, useEffect, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";
import styles from "./secrets.module.css";
import page from "./servers.module.css";

/** Nothing where the daemon keeps none. */
export function Secrets() {
  const { client } = useServices();
  const [names, setNames] = useState<string[]>();
  const load = useCallback(async () => {
    const answer = await client.secrets();
    if (answer.ok) setNames(answer.value.names);
  }, [client]);
  useEffect(() => void load(), [load]);
  if (names === undefined) return null;

  async function remove(name: string): Promise<void> {
    const removed = await client.removeSecret(name);
    if (!removed.ok) toastFault(removed.fault);
    await load();
  }

  return (
    <section className={page.add} aria-label="Secrets">
      <h3 className={page.heading}>Secrets</h3>
      <p className={page.intro}>
        Write <code>${"{secret:NAME}"}</code> in a server's variables or headers instead of the value. Values are kept
        on this computer, readable by you alone, and are never shown again.
      </p>
      {names.length > 0 && (
        <ul className={page.list} aria-label="Names of secrets">
          {names.map((name) => (
            <li key={name} className={styles.secret}>
              <code>{oneLine(name, 64)}</code>
              <AskFirst
                label={`Remove ${oneLine(name, 64)}`}
                question={`Remove the secret ${oneLine(name, 64)}?`}
                answer="Remove secret"
                consequence="Its value is deleted for good. Servers that refer to it stop working until it is set again."
                onAnswer={() => void remove(name)}
              >
                Remove…
              </AskFirst>
            </li>
          ))}
        </ul>
      )}
      <AddSecret onAdded={load} />
    </section>
  );
}

function AddSecret({ onAdded }: { onAdded: () => Promise<void> }) {
  const { client } = useServices();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [fault, setFault] = useState<Fault>();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const saved = await client.saveSecret(name.trim(), value);
    setFault(saved.ok ? undefined : saved.fault);
    if (!saved.ok) return;
    setName("");
    setValue("");
    await onAdded();
  }

  return (
    <form className={styles.secretForm} onSubmit={(event) => void submit(event)}>
      <input
        className={form.input}
        aria-label="Name of the secret"
        placeholder="Name"
        autoComplete="off"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <input
        className={form.input}
        type="password"
        aria-label="Value of the secret"
        placeholder="Value"
        autoComplete="new-password"
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" disabled={name.trim() === "" || value === ""}>
        Save
      </Button>
      <FaultNote fault={fault} />
    </form>
  );
}
