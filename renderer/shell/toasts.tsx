/** The place where toasts appear. */
import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { IconButton, join } from "../parts/button.tsx";
import { CodeText } from "../parts/code-text.tsx";
import { showToasts, toasts } from "../stores/toasts.ts";
import styles from "./toasts.module.css";

export function Toasts() {
  useEffect(showToasts, []);
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

const withCode = (text: ReactNode): ReactNode => (typeof text === "string" ? <CodeText text={text} /> : text);

function List() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={join(styles.toast, toast.type === "fault" && styles.fault)}>
      <div className={styles.texts}>
        <Toast.Title className={styles.title}>{withCode(toast.title)}</Toast.Title>
        <Toast.Description className={styles.description}>{withCode(toast.description)}</Toast.Description>
      </div>
      {toast.actionProps !== undefined && <Toast.Action className={styles.action} />}
      <Toast.Close render={<IconButton label="Dismiss" />}>
        <X aria-hidden size={14} strokeWidth={1.75} />
      </Toast.Close>
    </Toast.Root>
  ));
}
