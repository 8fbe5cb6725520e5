/** The question before several lines are pasted into a program that takes each line break for Enter. */
import { useRef } from "react";
import { visible } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import form from "../parts/form.module.css";
import { linesOf, type PasteAnswer } from "./clipboard-input.ts";
import styles from "./terminal.module.css";

const MAX_SHOWN_LINES = 12;

export function PasteQuestion({ text, onAnswer }: { text: string; onAnswer: (answer: PasteAnswer) => void }) {
  const cancel = useRef<HTMLButtonElement>(null);
  const lines = text.replace(/(?:\r\n?|\n)$/, "").split(/\r\n?|\n/);
  const shown = lines.slice(0, MAX_SHOWN_LINES).map((line) => visible(line).slice(0, 300));
  const more = lines.length - shown.length;
  return (
    <Dialog
      title={`Paste ${linesOf(text).toLocaleString("en-US")} lines?`}
      onClose={() => onAnswer("cancel")}
      width={560}
      initialFocus={cancel}
    >
      <div className={form.form}>
        <p>The program in this terminal doesn't tell pasted text from typed text: it runs each line as it arrives.</p>
        <pre className={styles.pasted}>
          {shown.join("\n")}
          {more > 0 && `\n… and ${more.toLocaleString("en-US")} more`}
        </pre>
        <div className={form.actions}>
          <Button kind="primary" onClick={() => onAnswer("as-it-is")}>
            Paste
          </Button>
          <Button onClick={() => onAnswer("one-line")}>Paste as one line</Button>
          <Button onClick={() => onAnswer("never-ask")}>Paste, and don't ask again</Button>
          <Button ref={cancel} onClick={() => onAnswer("cancel")}>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
