/** Owns which dialog is open; their code is loaded when the first one is. */

import { Palette } from "../palette/palette.tsx";
import { ServersDialog } from "../servers/servers-dialog.tsx";
import { SessionToolsDialog } from "../servers/session-tools-dialog.tsx";
import { NewSessionDialog } from "../sessions/new-session-dialog.tsx";
import { BesideDialog, DeleteDialog, RenameDialog } from "../sessions/session-dialogs.tsx";
import { SettingsDialog } from "../settings/settings-dialog.tsx";
import { ShortcutsDialog } from "../settings/shortcuts-dialog.tsx";
import { useSession } from "../stores/app-store.ts";
import { type Overlay, useView } from "../stores/view-store.ts";

export default function Overlays({ overlay }: { overlay: Overlay }) {
  const about = useView((view) => view.about);
  const session = useSession(about ?? useView.getState().session);
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
    case "beside":
      return <BesideDialog />;
    case "rename":
      return session === undefined ? null : <RenameDialog session={session} />;
    case "delete":
      return session === undefined ? null : <DeleteDialog session={session} />;
    case "session-tools":
      return session === undefined ? null : <SessionToolsDialog session={session} />;
    case undefined:
      return null;
  }
}
