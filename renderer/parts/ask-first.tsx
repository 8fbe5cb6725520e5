/** A button for what cannot be taken back: it asks in a dialog that says what is lost, with Cancel in focus. */
import { type ReactNode, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import form from "./form.module.css";

interface AskFirstProps {
  /** What the button says, and its accessible name where that is longer. */
  children: string;
  label?: string;
  /** The question, as a title. */
  question: string;
  /** What the button that does it says: a verb and its object. */
  answer: string;
  /** What is lost. */
  consequence: ReactNode;
  onAnswer: () => void;
}

export function AskFirst({ children, label, question, answer, consequence, onAnswer }: AskFirstProps) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <Button kind="remove" aria-label={label} onClick={() => setAsked(true)}>
        {children}
      </Button>
      {asked && (
        <Question
          question={question}
          answer={answer}
          consequence={consequence}
          onCancel={() => setAsked(false)}
          onAnswer={() => {
            setAsked(false);
            onAnswer();
          }}
        />
      )}
    </>
  );
}

interface QuestionProps {
  question: string;
  answer: string;
  /** What the other button says; "Cancel" when absent. */
  refusal?: string;
  consequence: ReactNode;
  onAnswer: () => void;
  onCancel: () => void;
}

/** The question alone, where something other than a button raises it. */
export function Question({ question, answer, refusal = "Cancel", consequence, onAnswer, onCancel }: QuestionProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Dialog title={question} onClose={onCancel} width={480} initialFocus={cancel}>
      <div className={form.form}>
        <div>{consequence}</div>
        <div className={form.actions}>
          <Button kind="danger" onClick={onAnswer}>
            {answer}
          </Button>
          <Button ref={cancel} onClick={onCancel}>
            {refusal}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
