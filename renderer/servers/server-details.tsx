/** What is inside one server's row: its tools with switches, and what it has written to its error stream. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
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

/** How often an open log is read again, in milliseconds. */
const READ_MS = 1_500;
/** Whoever is so close to the end, in pixels, follows what is written. */
const AT_END = 24;

function Log({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(!open)}>{open ? "Hide log" : "Show log"}</Button>
      {open && <LiveLog name={name} />}
    </>
  );
}

/** What the server writes, while it writes it. */
function LiveLog({ name }: { name: string }) {
  const { client } = useServices();
  const [text, setText] = useState<string>();
  const [fault, setFault] = useState<Fault>();
  const place = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    let timer: number | undefined;
    let gone = false;
    const read = async () => {
      const answer = await client.serverLog(name);
      if (gone) return;
      setFault(answer.ok ? undefined : answer.fault);
      if (answer.ok) setText(answer.value.text);
      timer = window.setTimeout(() => void read(), READ_MS);
    };
    void read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [client, name]);
  useLayoutEffect(() => {
    if (text !== undefined && follows.current && place.current !== null)
      place.current.scrollTop = place.current.scrollHeight;
  }, [text]);
  const shown = text !== undefined;
  useLayoutEffect(() => {
    if (shown) intoView(place.current);
  }, [shown]);
  return (
    <>
      <FaultNote fault={fault} />
      {text !== undefined && (
        <pre
          ref={place}
          className={styles.log}
          role="region"
          aria-label={`Log of ${oneLine(name, 64)}`}
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            follows.current = scrollTop + clientHeight >= scrollHeight - AT_END;
          }}
        >
          {text === "" ? "It has written nothing." : text.replace(COLOURS, "").split("\n").map(visible).join("\n")}
        </pre>
      )}
    </>
  );
}
