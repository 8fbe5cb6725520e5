/** Owns the place where toasts appear. */
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { IconButton, join } from "../parts/button.tsx";
import { toasts } from "../stores/toasts.ts";
import styles from "./toasts.module.css";

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={join(styles.toast, toast.type === "fault" && styles.fault)}>
      <div className={styles.texts}>
        <Toast.Title className={styles.title} />
        <Toast.Description className={styles.description} />
      </div>
      {toast.actionProps !== undefined && <Toast.Action className={styles.action} />}
      <Toast.Close render={<IconButton label="Dismiss" />}>
        <X aria-hidden size={14} strokeWidth={1.75} />
      </Toast.Close>
    </Toast.Root>
  ));
}
