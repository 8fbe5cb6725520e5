/** A server's tools as a list, each with the switch that offers it to agents or hides it. */
import { Switch } from "@base-ui/react/switch";
import { Hand, Inbox } from "lucide-react";
import { useState } from "react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import switches from "../settings/controls.module.css";
import { useAim } from "../shell/aim.ts";
import styles from "./server-details.module.css";
import page from "./servers.module.css";
import {
  askSwitch,
  isBuffered,
  stopMinutes,
  toolSwitch,
  withAsked,
  withBuffered,
  withStop,
  withTool,
} from "./tool-rules.ts";

interface SwitchesProps {
  server: ServerStatus;
  /** Undefined where tools cannot be switched. */
  settings: ToolSettings | undefined;
  /** The rules for all sessions, where `settings` are those of one: they can only be narrowed. */
  above?: ToolSettings | undefined;
  onChange: (settings: ToolSettings) => void;
}

export function ToolSwitches({ server, settings, above, onChange }: SwitchesProps) {
  if (server.tools.length === 0) return <p className={page.none}>No tools.</p>;
  return (
    <ul className={styles.tools} aria-label={`Tools of ${oneLine(server.name, 64)}`}>
      {server.tools.map((tool) => (
        <ToolRow key={tool.name} tool={tool} server={server} settings={settings} above={above} onChange={onChange} />
      ))}
    </ul>
  );
}

function ToolRow({ tool, server, settings, above, onChange }: SwitchesProps & { tool: ServerStatus["tools"][number] }) {
  // Not before its switch is there.
  const row = useAim<HTMLLIElement>(
    (aim) => settings !== undefined && aim.at === "tool" && aim.server === server.name && aim.tool === tool.name,
  );
  const state = settings === undefined ? undefined : toolSwitch(settings, above, server.name, tool.name);
  return (
    <li ref={row} className={styles.tool}>
      <span className={styles.toolTexts}>
        <code>{oneLine(tool.name, 100)}</code>
        {tool.description !== undefined && <span>{oneLine(tool.description, 200)}</span>}
        {tool.changed === true && <em>Its description changed.</em>}
        {state?.why !== undefined && <em>{state.why}</em>}
      </span>
      {settings !== undefined && state !== undefined && (
        <>
          <Ask
            tool={oneLine(tool.name, 60)}
            {...askSwitch(settings, above, server.name, tool.name)}
            onChange={(asks) => onChange(withAsked(settings, server.name, tool.name, asks))}
          />
          {above === undefined && (
            <Keep
              tool={oneLine(tool.name, 60)}
              kept={isBuffered(settings, server.name, tool.name)}
              onChange={(kept) => onChange(withBuffered(settings, server.name, tool.name, kept))}
            />
          )}
          {above === undefined && (
            <StopAfter
              tool={oneLine(tool.name, 60)}
              minutes={stopMinutes(settings, server.name, tool.name)}
              onChange={(minutes) => onChange(withStop(settings, server.name, tool.name, minutes))}
            />
          )}
          <Switch.Root
            className={switches.switch}
            aria-label={`Offer ${oneLine(tool.name, 60)} to agents`}
            checked={state.offered}
            disabled={state.why !== undefined}
            onCheckedChange={(offered) => onChange(withTool(settings, server.name, tool.name, offered))}
          >
            <Switch.Thumb className={switches.thumb} />
          </Switch.Root>
        </>
      )}
    </li>
  );
}

/** Its calls wait in the inbox until a person allows them. */
function Ask({
  tool,
  asks,
  why,
  onChange,
}: {
  tool: string;
  asks: boolean;
  why: string | undefined;
  onChange: (asks: boolean) => void;
}) {
  const label = `Ask me before ${tool} is called`;
  return (
    <IconButton
      label={why === undefined ? label : `${label}: on ${why}`}
      pressed={asks}
      disabled={why !== undefined}
      onClick={() => onChange(!asks)}
    >
      <Hand aria-hidden size={15} strokeWidth={1.75} />
    </IconButton>
  );
}

const MAX_MINUTES = 10_080;

/** A call that runs for longer is stopped. Empty: none is. What is typed counts when the field is left or Enter is pressed. */
function StopAfter({
  tool,
  minutes,
  onChange,
}: {
  tool: string;
  minutes: number | undefined;
  onChange: (minutes: number | undefined) => void;
}) {
  const [draft, setDraft] = useState<string>();
  const number = Number(draft);
  const bad = draft !== undefined && draft.trim() !== "" && !(number >= 0.1 && number <= MAX_MINUTES);
  const settle = () => {
    if (draft !== undefined && !bad) onChange(draft.trim() === "" ? undefined : number);
    setDraft(undefined);
  };
  return (
    <label className={switches.numberBox} title="Calls that run for longer are stopped. Empty: none is.">
      stop after
      <input
        type="number"
        inputMode="decimal"
        min={0.1}
        max={MAX_MINUTES}
        step="any"
        placeholder="–"
        value={draft ?? minutes ?? ""}
        aria-label={`Stop calls of ${tool} after so many minutes`}
        aria-invalid={bad}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={settle}
        onKeyDown={(event) => event.key === "Enter" && settle()}
      />
      min
    </label>
  );
}

/** For writes: what cannot be delivered waits in the outbox instead of failing. */
function Keep({ tool, kept, onChange }: { tool: string; kept: boolean; onChange: (kept: boolean) => void }) {
  return (
    <IconButton
      label={`Keep calls of ${tool} in the outbox while its server is away`}
      pressed={kept}
      onClick={() => onChange(!kept)}
    >
      <Inbox aria-hidden size={15} strokeWidth={1.75} />
    </IconButton>
  );
}
