/** Chooses the server, or the kind of the agent's own tools, whose calls are shown. */
import { Bot, Check, Server } from "lucide-react";
import { useSyncExternalStore } from "react";
import { AGENT_SERVER, AGENT_TOOL_KINDS, type AgentToolKind, KIND_WORDS } from "../../shared/events/agent-tool.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { Menu, MenuItem } from "../parts/menu.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";

interface ServerFilterProps {
  store: CallLogStore;
  server: string | undefined;
  kind: AgentToolKind | undefined;
  onChoose: (chosen: { server: string | undefined; kind: AgentToolKind | undefined }) => void;
}

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

export function ServerFilter({ store, server, kind, onChoose }: ServerFilterProps) {
  useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const names = [...store.servers].sort();
  const ofAgent = store.servers.has(AGENT_SERVER);
  const chosen = server !== undefined || kind !== undefined;
  if (names.length < 2 && !ofAgent && !chosen) return null;
  const label =
    kind !== undefined
      ? `Only ${KIND_WORDS[kind]}`
      : server !== undefined
        ? `Only ${oneLine(server, 40)}`
        : "Filter by server or kind";
  return (
    <Menu
      trigger={
        <IconButton label={label} pressed={chosen}>
          <Server {...icon} />
        </IconButton>
      }
    >
      <MenuItem
        icon={chosen ? undefined : <Check {...icon} />}
        onClick={() => onChoose({ server: undefined, kind: undefined })}
      >
        All calls
      </MenuItem>
      {names.map((name) => (
        <MenuItem
          key={name}
          icon={name === server ? <Check {...icon} /> : undefined}
          onClick={() => onChoose({ server: name, kind: undefined })}
        >
          {oneLine(name, 48)}
        </MenuItem>
      ))}
      {ofAgent &&
        AGENT_TOOL_KINDS.map((name) => (
          <MenuItem
            key={`kind ${name}`}
            icon={name === kind ? <Check {...icon} /> : <Bot {...icon} />}
            onClick={() => onChoose({ server: undefined, kind: name })}
          >
            {KIND_WORDS[name]}
          </MenuItem>
        ))}
    </Menu>
  );
}
