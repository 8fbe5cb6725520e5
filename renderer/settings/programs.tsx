/** Shows the programs that execute tools for agents: what each offers now, its token's limits, and its removal. */
import { useCallback, useEffect, useState } from "react";
import type { ClientTokenView } from "../../shared/protocol/client-tools.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { formatAgo } from "../activity/elapsed.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { AskFirst } from "../parts/ask-first.tsx";
import { FaultNote } from "../sessions/fault-note.tsx";
import { Dot } from "../shell/dot.tsx";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import { useNow } from "../stores/clock.ts";
import { toastFault } from "../stores/toasts.ts";
import controls from "./controls.module.css";
import { MakeToken } from "./make-token.tsx";
import styles from "./pages.module.css";

export function Programs() {
  const { client } = useServices();
  const [programs, setPrograms] = useState<readonly ClientTokenView[]>();
  const [fault, setFault] = useState<Fault>();
  const now = useNow("slow");
  // Each program is a server of the agents: one that comes, goes or offers other tools is another list of them.
  const shown = useApp((store) => JSON.stringify(store.app?.servers.filter(({ transport }) => transport === "client")));
  const connected = useApp((store) => store.app?.daemon.state === "connected");

  const load = useCallback(async () => {
    const answer = await client.clientTokens();
    if (answer.ok) setPrograms(answer.value.clients);
    setFault(answer.ok ? undefined : answer.fault);
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list of servers, or a daemon that is back, is another list here
  useEffect(() => void load(), [load, shown, connected]);

  async function revoke(id: string): Promise<void> {
    const revoked = await client.revokeClientToken(id);
    if (!revoked.ok) toastFault(revoked.fault);
    await load();
  }

  async function rename({ id, name }: ClientTokenView, wanted: string): Promise<void> {
    const next = wanted.trim();
    if (next === "" || next === name) return;
    const renamed = await client.renameClientToken(id, next);
    if (!renamed.ok) toastFault(renamed.fault);
    await load();
  }

  return (
    <>
      <p className={styles.text}>
        Programs that execute tools for your agents while they are connected: a design tool’s plugin, a page, a script.
        Each connects with a token of its own.
      </p>
      <FaultNote fault={fault} />
      <ul className={styles.devices} aria-label="Connected programs">
        {programs?.map((program) => (
          <Program
            key={program.id}
            program={program}
            now={now}
            onRename={(name) => void rename(program, name)}
            onRevoke={() => void revoke(program.id)}
          />
        ))}
      </ul>
      {programs?.length === 0 && <p className={styles.text}>No program has a token yet.</p>}
      <MakeToken onMade={load} />
    </>
  );
}

interface ProgramProps {
  program: ClientTokenView;
  now: number;
  onRename: (name: string) => void;
  onRevoke: () => void;
}

function Program({ program, now, onRename, onRevoke }: ProgramProps) {
  const { name, connected, tools } = program;
  const short = oneLine(name, 60);
  return (
    <li className={styles.device}>
      <Dot tone={connected ? "good" : "idle"} />
      <input
        key={name}
        className={styles.deviceName}
        aria-label={`Name of ${short}`}
        defaultValue={name}
        maxLength={64}
        onBlur={(event) => onRename(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && !isInputMethod(event) && event.currentTarget.blur()}
      />
      <span className={controls.hint}>{presence(program, now)}</span>
      <AskFirst
        label={`Revoke ${short}`}
        question={`Revoke the token of ${short}?`}
        answer="Revoke token"
        consequence="The program is disconnected within a second, and agents lose its tools. To return, it needs a new token."
        onAnswer={onRevoke}
      >
        Revoke…
      </AskFirst>
      <span className={styles.programFacts}>
        {connected && tools.length > 0 && (
          <span>
            Offers{" "}
            {tools.slice(0, MAX_TOOLS_NAMED).map((tool, at) => (
              <span key={tool}>
                {at > 0 && ", "}
                <code>{oneLine(tool, 60)}</code>
              </span>
            ))}
            {tools.length > MAX_TOOLS_NAMED && ` and ${tools.length - MAX_TOOLS_NAMED} more`}.
          </span>
        )}
        {connected && tools.length === 0 && <span>Offers no tools now.</span>}
        <Limits program={program} />
      </span>
    </li>
  );
}

const MAX_TOOLS_NAMED = 12;

/** Whether it is there, and since when it is not. */
function presence({ connected, title, version, last_seen_at }: ClientTokenView, now: number): string {
  if (connected) {
    const says = [title, version].filter((part) => part !== undefined).map((part) => oneLine(part, 60));
    return ["connected", ...says].join(" · ");
  }
  return last_seen_at === undefined ? "never connected" : `last seen ${formatAgo(Date.parse(last_seen_at), now)}`;
}

function Limits({ program: { origins, sessions, timeout_seconds } }: { program: ClientTokenView }) {
  const known = useApp((store) => store.app?.sessions);
  const parts = [
    sessions === "all"
      ? "for all sessions"
      : `for ${sessions.map((id) => oneLine(known?.find((session) => session.id === id)?.label ?? "a session that has ended", 60)).join(", ")}`,
    ...(origins.length > 0 ? [`pages of ${origins.map((origin) => oneLine(origin, 80)).join(", ")}`] : []),
    `${timeout_seconds.toLocaleString("en-US")} s for a call`,
  ];
  return <span>{parts.join(" · ")}</span>;
}
