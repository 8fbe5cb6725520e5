/** Owns which dialog is open; their code is loaded when the first one is. */

import { Palette } from "../palette/palette.tsx";
import { ServersDialog } from "../servers/servers-dialog.tsx";
import { NewSessionDialog } from "../sessions/new-session-dialog.tsx";
import { SettingsDialog } from "../settings/settings-dialog.tsx";
import { ShortcutsDialog } from "../settings/shortcuts-dialog.tsx";
import type { Overlay } from "../stores/view-store.ts";

export default function Overlays({ overlay }: { overlay: Overlay }) {
  switch (overlay) {
    case "new-session":
      return <NewSessionDialog />;
    case "palette":
      return <Palette />;
    case "servers":
      return <ServersDialog />;
    case "shortcuts":
      return <ShortcutsDialog />;
    case "settings":
      return <SettingsDialog />;
    case undefined:
      return null;
  }
}
