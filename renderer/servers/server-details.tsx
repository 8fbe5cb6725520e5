/** What is inside one server's row: its tools with switches, and what it has written to its error stream. */
import { useState } from "react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { useAim } from "../shell/aim.ts";
import { useServices } from "../shell/services.ts";
import { toastFault } from "../stores/toasts.ts";
import { type ChangeServer, ServerActions } from "./server-actions.tsx";
import styles from "./server-details.module.css";
import { ToolSwitches } from "./tool-switches.tsx";

interface DetailsProps {
  server: ServerStatus;
  /** Undefined where tools cannot be switched. */
  settings: ToolSettings | undefined;
  onChange: (settings: ToolSettings) => void;
  onServer: ChangeServer;
}

export function ServerDetails({ server, settings, onChange, onServer }: DetailsProps) {
  return (
    <div className={styles.details}>
      <ToolSwitches server={server} settings={settings} onChange={onChange} />
      {server.tools.some(({ changed }) => changed === true) && <Accept name={server.name} />}
      <Away instances={server.instances ?? []} />
      {server.sign_in === true && <SignIn name={server.name} />}
      {server.transport !== "builtin" && <ServerActions server={server} onChange={onServer} />}
      {server.transport === "stdio" && server.state !== "disabled" && <Log name={server.name} />}
    </div>
  );
}

/** What the tools say of themselves now is taken for good. */
function Accept({ name }: { name: string }) {
  const { client } = useServices();
  async function accept(): Promise<void> {
    const answer = await client.acceptTools(name);
    if (!answer.ok) toastFault(answer.fault);
  }
  const place = useAim<HTMLDivElement>((aim) => aim.at === "changed-tools" && aim.server === name);
  return (
    <div ref={place}>
      <Button onClick={() => void accept()}>Accept tools as they are now</Button>
    </div>
  );
}

/** The addresses of a server of several that cannot be reached, each with its reason. */
function Away({ instances }: { instances: NonNullable<ServerStatus["instances"]> }) {
  const away = instances.filter((instance) => instance.away !== undefined);
  if (away.length === 0) return null;
  return (
    <ul className={styles.away} aria-label="Instances that cannot be reached">
      {away.map(({ url, away: reason }) => (
        <li key={url}>
          <code>{visible(url)}</code> {visible(reason ?? "")}
        </li>
      ))}
    </ul>
  );
}

/** The browser opens because somebody asked for it, after the real address was shown. */
function SignIn({ name }: { name: string }) {
  const { client, host } = useServices();
  async function signIn(): Promise<void> {
    const answer = await client.signIn(name);
    if (!answer.ok) toastFault(answer.fault);
    else if (answer.value.url !== null) await host.openExternal(answer.value.url);
  }
  return (
    <Button kind="primary" onClick={() => void signIn()}>
      Sign in…
    </Button>
  );
}

/** SGR sequences (ECMA-48 8.3.117): many servers colour what they log, and here it is read without. */
const COLOURS = /\p{Cc}\[[\d;:]*m/gu;

/** It may open below the edge of what is seen. */
const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });

function Log({ name }: { name: string }) {
  const { client } = useServices();
  const [text, setText] = useState<string>();
  async function read(): Promise<void> {
    const answer = await client.serverLog(name);
    if (answer.ok) setText(answer.value.text);
    else toastFault(answer.fault);
  }
  return (
    <>
      <Button onClick={() => void read()}>{text === undefined ? "Show log" : "Read log again"}</Button>
      {text !== undefined && (
        <pre
          ref={intoView}
          className={styles.log}
          role="region"
          aria-label={`Log of ${oneLine(name, 64)}`}
          tabIndex={0}
        >
          {text === "" ? "It has written nothing." : text.replace(COLOURS, "").split("\n").map(visible).join("\n")}
        </pre>
      )}
    </>
  );
}
