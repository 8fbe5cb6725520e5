/** Owns the settings page. */
import { Dialog } from "../parts/dialog.tsx";
import { closeOverlay } from "../stores/view-store.ts";
import { Appearance } from "./appearance.tsx";
import styles from "./settings.module.css";

export function SettingsDialog() {
  return (
    <Dialog title="Settings" onClose={closeOverlay} width={720}>
      <div className={styles.page}>
        <Appearance />
      </div>
    </Dialog>
  );
}
