/** The page for a browser that the gateway does not know yet. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import { readCredential, redeemCode } from "../host/pairing.ts";
import { writeToken } from "../host/token-store.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { Mark } from "../shell/mark.tsx";
import styles from "./sign-in.module.css";

interface SignInProps {
  /** Why the person is asked again, if they were signed in before. */
  reason: string | undefined;
  onSignedIn: () => void;
}

export function SignIn({ reason, onSignedIn }: SignInProps) {
  const [text, setText] = useState("");
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const credential = readCredential(text);
    if (credential === undefined) {
      setFault({ code: "not-a-code", message: "That's neither a pairing link, six digits nor a token." });
      input.current?.focus();
      return;
    }
    setBusy(true);
    const token =
      credential.kind === "token"
        ? { ok: true as const, value: credential.token }
        : await redeemCode("", credential.code);
    setBusy(false);
    if (!token.ok) {
      setFault(token.fault);
      input.current?.focus();
      return;
    }
    writeToken(token.value);
    onSignedIn();
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={(event) => void submit(event)}>
        <Mark size={28} />
        <h1 className={styles.title}>Connect this browser</h1>
        <p className={styles.text}>
          {reason ?? "Sign in."} Paste the link that <code>npm start</code> printed, or enter six digits from a
          connected device.
        </p>
        <input
          ref={input}
          className={form.input}
          aria-label="Pairing link, six digits or token"
          placeholder="Pairing link, six digits or token"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {fault !== undefined && <FaultNote fault={fault} />}
        <Button kind="primary" type="submit" className={form.big} busy={busy} disabled={text.trim() === ""}>
          {busy ? "Connecting…" : "Connect"}
        </Button>
        <p className={styles.hint}>
          Already connected elsewhere? Settings → Devices shows six digits to type here. Codes work once.
        </p>
      </form>
    </main>
  );
}
