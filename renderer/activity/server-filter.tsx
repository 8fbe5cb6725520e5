/** Owns the choice of the server whose calls are shown. */
import { Check, Server } from "lucide-react";
import { useSyncExternalStore } from "react";
import { oneLine } from "../../shared/text/visible.ts";
import { IconButton } from "../parts/button.tsx";
import { Menu, MenuItem } from "../parts/menu.tsx";
import type { CallLogStore } from "../stores/call-log-store.ts";

interface ServerFilterProps {
  store: CallLogStore;
  server: string | undefined;
  onServer: (server: string | undefined) => void;
}

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

export function ServerFilter({ store, server, onServer }: ServerFilterProps) {
  useSyncExternalStore(store.subscribeShape, store.shapeVersion);
  const names = [...store.servers].sort();
  if (names.length < 2 && server === undefined) return null;
  return (
    <Menu
      trigger={
        <IconButton
          label={server === undefined ? "Filter by server" : `Only ${oneLine(server, 40)}`}
          pressed={server !== undefined}
        >
          <Server {...icon} />
        </IconButton>
      }
    >
      <MenuItem icon={server === undefined ? <Check {...icon} /> : undefined} onClick={() => onServer(undefined)}>
        All servers
      </MenuItem>
      {names.map((name) => (
        <MenuItem key={name} icon={name === server ? <Check {...icon} /> : undefined} onClick={() => onServer(name)}>
          {oneLine(name, 48)}
        </MenuItem>
      ))}
    </Menu>
  );
}
