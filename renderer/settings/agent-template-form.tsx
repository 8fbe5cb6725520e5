/** The form for an agent of one's own. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import type { Fault } from "../../shared/protocol/fault.ts";
import { Button } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { FaultNote } from "../sessions/fault-note.tsx";
import styles from "./pages.module.css";
import { EMPTY_TEMPLATE, readTemplate, type TemplateText, templateText } from "./template-text.ts";

interface FormProps {
  /** Undefined for a new one. */
  template: AgentTemplate | undefined;
  /** Ids that are not free. */
  taken: readonly string[];
  /** Gives what went wrong, if anything. */
  onSave: (template: AgentTemplate) => Promise<Fault | undefined>;
  onCancel: () => void;
}

/** It opens below the list: all of it that fits is brought into view. */
const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });
/** The person has just asked for this form. */
const focusAtOnce = (field: HTMLInputElement | null): void => field?.focus();

export function AgentTemplateForm({ template, taken, onSave, onCancel }: FormProps) {
  const [text, setText] = useState(() => (template === undefined ? EMPTY_TEMPLATE : templateText(template)));
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const read = readTemplate(text, template?.id, taken);
    if (!read.ok) {
      setFault({ code: "bad-agent", message: `Not yet: ${read.reason}.` });
      return;
    }
    setBusy(true);
    setFault(await onSave(read.value));
    setBusy(false);
  }

  const field = (name: keyof TemplateText) => ({
    value: text[name],
    spellCheck: false,
    autoCapitalize: "off",
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => setText({ ...text, [name]: event.target.value }),
  });

  return (
    <form
      ref={intoView}
      className={styles.card}
      aria-label="An agent of your own"
      onSubmit={(event) => void submit(event)}
    >
      <div className={styles.pair}>
        <Field label="Name">
          {(id) => <input id={id} className={form.input} placeholder="My agent" {...field("name")} ref={focusAtOnce} />}
        </Field>
        <Field label="Program">
          {(id) => <input id={id} className={form.input} placeholder="my-agent" {...field("command")} />}
        </Field>
      </div>
      <Field label="Arguments, one a line">
        {(id) => (
          <textarea id={id} className={styles.code} rows={3} placeholder="--mcp-url={mcp_url}" {...field("args")} />
        )}
      </Field>
      <Field label="Environment, NAME=value, one a line">
        {(id) => (
          <textarea
            id={id}
            className={styles.code}
            rows={2}
            placeholder="MCP_TOKEN_FROM={token_variable}"
            {...field("env")}
          />
        )}
      </Field>
      <Field label="Arguments that continue the last conversation (optional)">
        {(id) => <textarea id={id} className={styles.code} rows={1} placeholder="--continue" {...field("resume")} />}
      </Field>
      <Field label="Configuration file made for each run (optional)">
        {(id) => (
          <textarea
            id={id}
            className={styles.code}
            rows={3}
            placeholder={'{"servers": {"signalbox": {"url": "{mcp_url}"}}}'}
            {...field("file")}
          />
        )}
      </Field>
      <p className={styles.text}>
        <code>{"{mcp_url}"}</code> is the endpoint, <code>{"{token_variable}"}</code> the name of the variable that
        holds its token, <code>{"{session_id}"}</code> the session and <code>{"{config_file}"}</code> the file's path.
        The token itself is never written anywhere.
      </p>
      <FaultNote fault={fault} />
      <div className={form.actions}>
        <Button kind="primary" type="submit" busy={busy}>
          {template === undefined ? "Add agent" : "Save agent"}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={form.field}>
      <label className={form.label} htmlFor={id}>
        {label}
      </label>
      {children(id)}
    </div>
  );
}
