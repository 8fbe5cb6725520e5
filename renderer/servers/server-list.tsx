/** Lists MCP servers with their states, and what they offer. */
import { ChevronRight, Trash2 } from "lucide-react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import type { ToolSettings } from "../../shared/protocol/tool-settings.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { formatElapsed } from "../activity/elapsed.ts";
import { IconButton } from "../parts/button.tsx";
import { Toggle } from "../settings/controls.tsx";
import { useAim } from "../shell/aim.ts";
import { Dot, type DotTone } from "../shell/dot.tsx";
import type { Aim } from "../stores/view-store.ts";
import { GiveInput } from "./give-input.tsx";
import { nextStep } from "./next-step.ts";
import type { ChangeServer } from "./server-actions.tsx";
import { ServerDetails } from "./server-details.tsx";
import styles from "./server-list.module.css";
import page from "./servers.module.css";

const TONES: Record<ServerStatus["state"], DotTone> = {
  ready: "good",
  connecting: "idle",
  failed: "bad",
  disabled: "idle",
};
const WORDS: Record<ServerStatus["state"], string> = {
  ready: "ready",
  connecting: "connecting…",
  failed: "failed",
  disabled: "switched off",
};
const TRANSPORTS: Record<ServerStatus["transport"], string> = {
  stdio: "stdio",
  http: "HTTP",
  builtin: "built in",
  client: "connected program",
};

interface ListProps {
  servers: readonly ServerStatus[];
  onRemove: (name: string) => void;
  onChange: ChangeServer;
  settings: ToolSettings | undefined;
  onSettings: (settings: ToolSettings) => void;
}

export function ServerList({ servers, ...rest }: ListProps) {
  if (servers.length === 0) return <p className={page.none}>No servers yet.</p>;
  return (
    <ul className={page.list} aria-label="MCP servers">
      {servers.map((server) => (
        <ServerRow key={server.name} server={server} {...rest} />
      ))}
    </ul>
  );
}

/** What holds for the tools of every server. */
export function EveryServer({ settings, onSettings }: Pick<ListProps, "settings" | "onSettings">) {
  const readOnly = useAim<HTMLDivElement>((aim) => settings !== undefined && aim.at === "read-only");
  if (settings === undefined) return null;
  return (
    <section className={page.every} aria-label="Tools of every server">
      <h3 className={page.heading}>Tools of every server</h3>
      <div ref={readOnly}>
        <Toggle
          label="Read-only mode"
          hint="Only tools marked read-only are offered. Calls of others are refused."
          value={settings.read_only === true}
          onChange={(read_only) => onSettings({ ...settings, read_only })}
        />
      </div>
      <Toggle
        label="Hide tools whose description changed"
        hint="They stay hidden until you accept the new description."
        value={settings.hold_changed === true}
        onChange={(hold_changed) => onSettings({ ...settings, hold_changed })}
      />
    </section>
  );
}

interface RowProps extends Omit<ListProps, "servers"> {
  server: ServerStatus;
}

function ServerRow({ server, settings, onSettings, onRemove, onChange }: RowProps) {
  const row = useAim<HTMLLIElement>((aim) => isAbout(aim, server));
  return (
    <li ref={row} className={styles.server}>
      <details>
        <summary className={styles.summary}>
          <ChevronRight aria-hidden size={14} strokeWidth={1.75} className={styles.chevron} />
          <Dot tone={TONES[server.state]} />
          <span className={styles.name}>{oneLine(server.name, 64)}</span>
          <span className={styles.facts}>{facts(server)}</span>
        </summary>
        <ServerDetails server={server} settings={settings} onChange={onSettings} onServer={onChange} />
      </details>
      {server.reason !== undefined && (
        <pre className={styles.reason}>{server.reason.split("\n").map(visible).join("\n")}</pre>
      )}
      {server.state === "failed" && <p className={styles.notes}>{nextStep(server)}</p>}
      {server.notes !== undefined && (
        <p className={styles.notes}>Not used of its entry: {server.notes.map(visible).join("; ")}.</p>
      )}
      {server.needs?.map((need) => (
        <GiveInput key={need.id} server={server.name} need={need} />
      ))}
      {server.transport !== "builtin" && (
        <IconButton label={`Remove ${server.name}`} className={styles.remove} onClick={() => onRemove(server.name)}>
          <Trash2 aria-hidden size={14} strokeWidth={1.75} />
        </IconButton>
      )}
    </li>
  );
}

/** Also for what is meant of the server and is not there any more. */
function isAbout(aim: Aim, { name, tools }: ServerStatus): boolean {
  if (aim.at === "read-only" || aim.at === "write" || aim.server !== name) return false;
  if (aim.at === "tool") return !tools.some((tool) => tool.name === aim.tool);
  return aim.at === "server" || !tools.some(({ changed }) => changed === true);
}

function facts(server: ServerStatus): string {
  const parts = [WORDS[server.state], TRANSPORTS[server.transport]];
  if (server.state === "ready") parts.push(`${server.tools.length} ${server.tools.length === 1 ? "tool" : "tools"}`);
  const away = server.instances?.filter((instance) => instance.away !== undefined).length ?? 0;
  if (away > 0) parts.push(`${away} of ${server.instances?.length} instances cannot be reached`);
  if (server.latency_ms !== undefined) parts.push(formatElapsed(server.latency_ms));
  return parts.join(" · ");
}
