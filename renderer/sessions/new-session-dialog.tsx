/** The dialog for a new session. */
import { Dialog } from "../parts/dialog.tsx";
import { closeOverlay } from "../stores/view-store.ts";
import { NewSessionForm } from "./new-session-form.tsx";

/** From there Enter starts the session. */
const folderField = () => document.getElementById("folder");

export function NewSessionDialog() {
  return (
    <Dialog title="New session" onClose={closeOverlay} width={580} initialFocus={folderField}>
      <NewSessionForm withName />
    </Dialog>
  );
}
