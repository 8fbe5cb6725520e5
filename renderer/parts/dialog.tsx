/** The frame of every dialog: scrim, card, title, close button; focus goes in and comes back. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, type RefObject, useRef } from "react";
import { IconButton } from "./button.tsx";
import styles from "./dialog.module.css";
import { useKeptFocus } from "./keep-focus.ts";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  width?: number;
  /** What gets the focus; the card itself when absent. */
  initialFocus?: RefObject<HTMLElement | null> | (() => HTMLElement | null);
}

export function Dialog({ title, onClose, children, width = 560, initialFocus }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Popup
          tabIndex={-1}
          className={styles.popup}
          style={{ maxWidth: width }}
          ref={popup}
          initialFocus={initialFocus ?? popup}
        >
          <header className={styles.head}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            <Base.Close render={<IconButton label="Close" />}>
              <X aria-hidden size={16} strokeWidth={1.75} />
            </Base.Close>
          </header>
          <Body>{children}</Body>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Body({ children }: { children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  useKeptFocus(body);
  return (
    <div ref={body} className={styles.body}>
      {children}
    </div>
  );
}
