/** Asks a person for a value that a server's entry refers to as `${input:ID}`; it is kept as the secret of that name. */
import { type FormEvent, useState } from "react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import styles from "./server-list.module.css";

interface GiveInputProps {
  server: string;
  need: NonNullable<ServerStatus["needs"]>[number];
}

export function GiveInput({ server, need }: GiveInputProps) {
  const { client } = useServices();
  const [value, setValue] = useState("");
  const [fault, setFault] = useState<Fault>();
  const called = oneLine(need.description ?? need.id, 80);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const saved = await client.saveSecret(need.id, value);
    setFault(saved.ok ? undefined : saved.fault);
  }

  return (
    <form className={styles.needs} onSubmit={(event) => void submit(event)}>
      <input
        className={form.input}
        type="password"
        autoComplete="new-password"
        aria-label={`${called}, for ${oneLine(server, 64)}`}
        placeholder={called}
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" disabled={value === ""}>
        Save
      </Button>
      <FaultNote fault={fault} />
    </form>
  );
}
