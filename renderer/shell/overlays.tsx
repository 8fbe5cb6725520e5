/** Which dialog is open; their code is loaded when the first one is. */

import { InboxDialog } from "../inbox/inbox-dialog.tsx";
import { Palette } from "../palette/palette.tsx";
import { PortsDialog } from "../preview/ports-dialog.tsx";
import { ShareDialog } from "../preview/share-dialog.tsx";
import { ResumeDialog } from "../resume/resume-dialog.tsx";
import { ServersDialog } from "../servers/servers-dialog.tsx";
import { SessionToolsDialog } from "../servers/session-tools-dialog.tsx";
import { NewSessionDialog } from "../sessions/new-session-dialog.tsx";
import { BesideDialog, DeleteDialog, RenameDialog } from "../sessions/session-dialogs.tsx";
import { RestartDialog, StopDialog } from "../sessions/stop-and-restart.tsx";
import { SettingsDialog } from "../settings/settings-dialog.tsx";
import { ShortcutsDialog } from "../settings/shortcuts-dialog.tsx";
import { useSession } from "../stores/app-store.ts";
import { type Overlay, useView } from "../stores/view-store.ts";
import { LinksDialog } from "../terminal/links-dialog.tsx";
import { SendDialog } from "../terminal/send-dialog.tsx";

import { TotalsDialog } from "../totals/totals-dialog.tsx";

export default function Overlays({ overlay }: { overlay: Overlay }) {
  const about = useView((view) => view.about);
  const session = useSession(about ?? useView.getState().session);
  switch (overlay) {
    case "new-session":
      return <NewSessionDialog />;
    case "inbox":
      return <InboxDialog />;
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
    case "send":
      return <SendDialog />;
    case "links":
      return session === undefined ? null : <LinksDialog session={session} />;
    case "rename":
      return session === undefined ? null : <RenameDialog session={session} />;
    case "delete":
      return session === undefined ? null : <DeleteDialog session={session} />;
    case "stop":
      return session === undefined ? null : <StopDialog session={session} />;
    case "restart":
      return session === undefined ? null : <RestartDialog session={session} />;
    case "resume":
      return <ResumeDialog />;
    case "totals":
      return session === undefined ? null : <TotalsDialog session={session} />;
    case "session-tools":
      return session === undefined ? null : <SessionToolsDialog session={session} />;
    case "ports":
      return session === undefined ? null : <PortsDialog session={session} />;
    case "share-preview":
      return session === undefined ? null : <ShareDialog session={session} />;
    case undefined:
      return null;
  }
}
