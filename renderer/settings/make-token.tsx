/** Makes a token for a program that executes tools, and shows it this once. */
import { type FormEvent, useState } from "react";
import { CLIENT_TIMEOUT_SECONDS, newClientTokenSchema } from "../../shared/protocol/client-tools.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { check } from "../../shared/protocol/schema.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import { copyText } from "../shell/actions.ts";
import { useServices } from "../shell/services.ts";
import { useApp } from "../stores/app-store.ts";
import controls from "./controls.module.css";
import styles from "./pages.module.css";

/** It opens below the list: all of it that fits is brought into view. */
const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });
/** The person has just asked for it. */
const focusAtOnce = (element: HTMLElement | null): void => element?.focus();

export function MakeToken({ onMade }: { onMade: () => Promise<void> }) {
  const [step, setStep] = useState<"closed" | "form" | { name: string; token: string }>("closed");
  if (step === "closed") return <Button onClick={() => setStep("form")}>Make a token…</Button>;
  if (step === "form") {
    return (
      <TokenForm
        onCancel={() => setStep("closed")}
        onMade={(made) => {
          setStep(made);
          void onMade();
        }}
      />
    );
  }
  return <Made {...step} onDone={() => setStep("closed")} />;
}

interface FormProps {
  onMade: (made: { name: string; token: string }) => void;
  onCancel: () => void;
}

function TokenForm({ onMade, onCancel }: FormProps) {
  const { client } = useServices();
  const sessions = useApp((store) => store.app?.sessions) ?? [];
  const [name, setName] = useState("");
  const [origins, setOrigins] = useState("");
  const [seconds, setSeconds] = useState(String(CLIENT_TIMEOUT_SECONDS));
  const [limited, setLimited] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const listed = origins.split(/[\s,]+/).filter((part) => part !== "");
    const read = check(newClientTokenSchema, {
      name,
      ...(listed.length > 0 && { origins: listed }),
      sessions: limited ? [...chosen] : "all",
      timeout_seconds: Number(seconds),
    });
    if (!read.ok) {
      setFault({ code: "bad-token", message: `Not yet: ${oneLine(read.reason, 300)}.` });
      return;
    }
    if (limited && chosen.size === 0) {
      setFault({ code: "bad-token", message: "Not yet: choose a session, or all." });
      return;
    }
    setBusy(true);
    const made = await client.makeClientToken(read.value);
    setBusy(false);
    if (made.ok) onMade({ name: read.value.name, token: made.value.token });
    else setFault(made.fault);
  }

  const choose = (id: string, on: boolean) =>
    setChosen(new Set(on ? [...chosen, id] : [...chosen].filter((one) => one !== id)));
  return (
    <form ref={intoView} className={styles.card} aria-label="A new token" onSubmit={(event) => void submit(event)}>
      <label className={form.field}>
        <span className={form.label}>Name</span>
        <input
          ref={focusAtOnce}
          className={form.input}
          value={name}
          maxLength={64}
          placeholder="Design tool"
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label className={form.field}>
        <span className={form.label}>Web origins whose pages may use it (optional)</span>
        <textarea
          className={styles.code}
          rows={2}
          value={origins}
          placeholder="https://design.example"
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => setOrigins(event.target.value)}
        />
        <span className={form.hint}>A program that is no page needs none.</span>
      </label>
      <label className={form.field}>
        <span className={form.label}>Longest time for one call, in seconds</span>
        <input
          className={form.input}
          inputMode="numeric"
          value={seconds}
          onChange={(event) => setSeconds(event.target.value)}
        />
      </label>
      <fieldset className={form.field}>
        <legend className={form.label}>Whose agents see its tools</legend>
        <label className={styles.pick}>
          <input type="radio" name="whose" checked={!limited} onChange={() => setLimited(false)} />
          <span>All sessions</span>
        </label>
        <label className={styles.pick}>
          <input type="radio" name="whose" checked={limited} onChange={() => setLimited(true)} />
          <span>These sessions only</span>
        </label>
        {limited && sessions.length === 0 && <span className={form.hint}>There is no session yet.</span>}
        {limited &&
          sessions.map(({ id, label }) => (
            <label key={id} className={styles.pick}>
              <input type="checkbox" checked={chosen.has(id)} onChange={(event) => choose(id, event.target.checked)} />
              <span>{oneLine(label, 60)}</span>
            </label>
          ))}
      </fieldset>
      <FaultNote fault={fault} />
      <div className={form.actions}>
        <Button kind="primary" type="submit" busy={busy}>
          Make token
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function Made({ name, token, onDone }: { name: string; token: string; onDone: () => void }) {
  const { connection } = useServices();
  const address = `${connection.url.replace(/^http/, "ws")}/ws/tools`;
  return (
    <section ref={intoView} className={styles.pairing} aria-label={`Token of ${oneLine(name, 60)}`}>
      <p className={styles.text}>
        The token of {oneLine(name, 60)}, which is shown this once. The program connects with it to{" "}
        <code>{address}</code>.
      </p>
      <output ref={focusAtOnce} className={styles.token} tabIndex={-1}>
        {token}
      </output>
      <div className={controls.buttons}>
        <Button kind="primary" onClick={() => void copyText(token, "Token")}>
          Copy token
        </Button>
        <Button onClick={() => void copyText(address, "Address")}>Copy address</Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </section>
  );
}
