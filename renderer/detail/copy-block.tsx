/** The button at the corner of a block of text or JSON that copies all of it. */
import { Copy } from "lucide-react";
import { IconButton } from "../parts/button.tsx";
import { copyText } from "../shell/actions.ts";
import styles from "./copy-block.module.css";

/** `text` is asked for when it is wanted: as text, a value may be large. */
export function CopyBlock({ label, text }: { label: string; text: () => string }) {
  return (
    <IconButton className={styles.copy} label={`Copy ${label}`} onClick={() => void copyText(text(), label)}>
      <Copy aria-hidden size={13} strokeWidth={1.75} />
    </IconButton>
  );
}
