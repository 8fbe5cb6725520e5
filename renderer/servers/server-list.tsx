/** Owns the list of MCP servers with their states, and what they offer. */
import { ChevronRight, Trash2 } from "lucide-react";
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";
import { oneLine, visible } from "../../shared/text/visible.ts";
import { formatElapsed } from "../activity/elapsed.ts";
import { IconButton } from "../parts/button.tsx";
import { Toggle } from "../settings/controls.tsx";
import { Dot, type DotTone } from "../shell/dot.tsx";
import type { ChangeServer } from "./server-actions.tsx";
import { ServerDetails } from "./server-details.tsx";
import styles from "./server-list.module.css";
import page from "./servers.module.css";
import { useToolSettings } from "./use-tool-settings.ts";

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
const TRANSPORTS: Record<ServerStatus["transport"], string> = { stdio: "stdio", http: "HTTP", builtin: "built in" };

interface ListProps {
  servers: readonly ServerStatus[];
  onRemove: (name: string) => void;
  onChange: ChangeServer;
}

export function ServerList({ servers, onRemove, onChange }: ListProps) {
  const { settings, change } = useToolSettings();
  if (servers.length === 0) return <p className={page.none}>No servers yet.</p>;
  return (
    <>
      {settings !== undefined && (
        <>
          <Toggle
            label="Read-only mode"
            hint="Tools that don't say of themselves that they only read are hidden, and refused when they are called."
            value={settings.read_only === true}
            onChange={(read_only) => void change({ ...settings, read_only })}
          />
          <Toggle
            label="Hold back tools that are described anew"
            hint="A server may change what it says of a tool after you looked at it. Such tools are hidden until you accept them."
            value={settings.hold_changed === true}
            onChange={(hold_changed) => void change({ ...settings, hold_changed })}
          />
        </>
      )}
      <ul className={page.list} aria-label="MCP servers">
        {servers.map((server) => (
          <li key={server.name} className={styles.server}>
            <details>
              <summary className={styles.summary}>
                <ChevronRight aria-hidden size={14} strokeWidth={1.75} className={styles.chevron} />
                <Dot tone={TONES[server.state]} />
                <span className={styles.name}>{oneLine(server.name, 64)}</span>
                <span className={styles.facts}>{facts(server)}</span>
              </summary>
              <ServerDetails
                server={server}
                settings={settings}
                onChange={(next) => void change(next)}
                onServer={onChange}
              />
            </details>
            {server.reason !== undefined && (
              <pre className={styles.reason}>{server.reason.split("\n").map(visible).join("\n")}</pre>
            )}
            {server.transport !== "builtin" && (
              <IconButton
                label={`Remove ${server.name}`}
                className={styles.remove}
                onClick={() => onRemove(server.name)}
              >
                <Trash2 aria-hidden size={14} strokeWidth={1.75} />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function facts(server: ServerStatus): string {
  const parts = [WORDS[server.state], TRANSPORTS[server.transport]];
  if (server.state === "ready") parts.push(`${server.tools.length} ${server.tools.length === 1 ? "tool" : "tools"}`);
  const away = server.instances?.filter((instance) => instance.away !== undefined).length ?? 0;
  if (away > 0) parts.push(`${away} of ${server.instances?.length} instances cannot be reached`);
  if (server.latency_ms !== undefined) parts.push(formatElapsed(server.latency_ms));
  return parts.join(" · ");
}
