/** What can be done with a session, as a menu. */
import {
  AppWindow,
  Archive,
  Download,
  Link as LinkIcon,
  Pencil,
  Pin,
  RotateCw,
  Square,
  Trash2,
  Wrench,
} from "lucide-react";
import type { ReactElement } from "react";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { Menu, MenuItem, MenuLine } from "../parts/menu.tsx";
import { restartSession } from "../shell/actions.ts";
import { copyLink } from "../shell/copy-link.ts";
import { exportSession } from "../shell/export-session.ts";
import { openOwnWindow } from "../shell/own-window.ts";
import { useServices } from "../shell/services.ts";
import { useWatching } from "../stores/app-store.ts";
import { useSettings } from "../stores/settings-store.ts";
import { openOverlay } from "../stores/view-store.ts";
import { archiveSession, removeSession, togglePin } from "./session-actions.ts";
import { isRunning } from "./session-tone.ts";

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;

interface SessionMenuProps {
  session: SessionView;
  trigger: ReactElement<Record<string, unknown>>;
}

export function SessionMenu({ session, trigger }: SessionMenuProps) {
  const services = useServices();
  const pinned = useSettings((settings) => settings.pinned.includes(session.id));
  const watching = useWatching();
  const archived = useSettings((settings) => settings.archived.includes(session.id));
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<Pencil {...icon} />} disabled={watching} onClick={() => openOverlay("rename", session.id)}>
        Rename…
      </MenuItem>
      <MenuItem icon={<Pin {...icon} />} onClick={() => togglePin(session.id)}>
        {pinned ? "Unpin" : "Pin"}
      </MenuItem>
      <MenuItem icon={<Archive {...icon} />} onClick={() => archiveSession(session)}>
        {archived ? "Take out of the archive" : "Archive"}
      </MenuItem>
      {services.host.kind === "browser" && (
        <MenuItem icon={<AppWindow {...icon} />} onClick={() => openOwnWindow(services.host, session.id)}>
          Open in its own window
        </MenuItem>
      )}
      <MenuItem icon={<LinkIcon {...icon} />} onClick={() => copyLink(services.host, { session: session.id })}>
        Copy link
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<Download {...icon} />} onClick={() => void exportSession(services.client, session, "jsonl")}>
        Export events (JSONL)
      </MenuItem>
      <MenuItem icon={<Download {...icon} />} onClick={() => void exportSession(services.client, session, "cast")}>
        Export recording (asciicast)
      </MenuItem>
      <MenuItem icon={<Download {...icon} />} onClick={() => void exportSession(services.client, session, "trace")}>
        Export timeline (Chrome trace)
      </MenuItem>
      <MenuItem icon={<Download {...icon} />} onClick={() => void exportSession(services.client, session, "html")}>
        Export replay (HTML)
      </MenuItem>
      <MenuLine />
      <MenuItem
        icon={<Wrench {...icon} />}
        disabled={watching}
        onClick={() => openOverlay("session-tools", session.id)}
      >
        Tools…
      </MenuItem>
      <MenuItem icon={<RotateCw {...icon} />} disabled={watching} onClick={() => openOverlay("restart", session.id)}>
        Restart program…
      </MenuItem>
      {isRunning(session) && (
        <MenuItem icon={<Square {...icon} />} disabled={watching} onClick={() => openOverlay("stop", session.id)}>
          Stop program…
        </MenuItem>
      )}
      {session.resumable === true && (
        <MenuItem
          icon={<RotateCw {...icon} />}
          disabled={watching}
          onClick={() => void restartSession(services, session.id, true)}
        >
          Resume conversation
        </MenuItem>
      )}
      <MenuItem icon={<Trash2 {...icon} />} danger disabled={watching} onClick={() => removeSession(services, session)}>
        Delete…
      </MenuItem>
    </Menu>
  );
}
