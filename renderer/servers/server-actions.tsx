/** Owns what can be done with one server: restart, switch off and on, and change its configuration as text. */
import { useState } from "react";
import { type ServerConfig, type ServerStatus, serverConfigSchema } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";
import styles from "./server-details.module.css";
import page from "./servers.module.css";

/** Changes one server's configuration in the file; undefined from the function leaves it as it is. Gives a fault, if any. */
export type ChangeServer = (
  name: string,
  edit: (config: ServerConfig) => ServerConfig | undefined,
) => Promise<Fault | undefined>;

interface ActionsProps {
  server: ServerStatus;
  onChange: ChangeServer;
}

export function ServerActions({ server, onChange }: ActionsProps) {
  const { client } = useServices();
  const [text, setText] = useState<string>();
  const [fault, setFault] = useState<Fault>();
  const off = server.state === "disabled";

  async function restart(): Promise<void> {
    const asked = await client.restartServer(server.name);
    if (!asked.ok) toastFault(asked.fault);
  }

  async function switchOff(disabled: boolean): Promise<void> {
    const problem = await onChange(server.name, ({ disabled: _, ...config }) =>
      disabled ? { ...config, disabled } : config,
    );
    if (problem !== undefined) toastFault(problem);
  }

  async function edit(): Promise<void> {
    setFault(
      await onChange(server.name, (config) => {
        setText(JSON.stringify(config, null, 2));
        return undefined;
      }),
    );
  }

  async function save(): Promise<void> {
    const config = parseJson(serverConfigSchema, text ?? "");
    if (!config.ok) {
      setFault({ code: "bad-server", message: `Not yet: ${config.reason}.` });
      return;
    }
    const problem = await onChange(server.name, () => config.value);
    setFault(problem);
    if (problem === undefined) setText(undefined);
  }

  if (text !== undefined) {
    return (
      <div className={styles.edit}>
        <textarea
          className={page.json}
          aria-label={`Configuration of ${oneLine(server.name, 64)}`}
          rows={Math.min(20, Math.max(8, text.split("\n").length))}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <p className={page.intro}>A value shown as •••••• stays what it is, unless you write another.</p>
        <FaultNote fault={fault} />
        <span className={styles.actions}>
          <Button kind="primary" onClick={() => void save()}>
            Save
          </Button>
          <Button onClick={() => setText(undefined)}>Cancel</Button>
        </span>
      </div>
    );
  }
  return (
    <>
      <FaultNote fault={fault} />
      <span className={styles.actions}>
        <Button onClick={() => void edit()}>Edit…</Button>
        {!off && <Button onClick={() => void restart()}>Restart</Button>}
        <Button onClick={() => void switchOff(!off)}>{off ? "Switch on" : "Switch off"}</Button>
      </span>
    </>
  );
}
