/** The form of a question: every kind of field that MCP has, checked as one types, and nothing lost by a wrong answer. */
import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";
import { checkField, initialContent, type Matches } from "../../shared/inbox/check-content.ts";
import type { Field } from "../../shared/inbox/read-form.ts";
import { oneLine, visibleLines } from "../../shared/text/visible.ts";
import { loadCode } from "../gateway/load-code.ts";
import { join } from "../parts/button.tsx";
import form from "../parts/form.module.css";
import { keepDraft, useDrafts } from "./drafts.ts";
import styles from "./inbox.module.css";

interface EntryFormProps {
  id: string;
  fields: readonly Field[];
  /** What the gateway found wrong, by the field's name. */
  refused: Readonly<Record<string, string>>;
  onSend: (content: Record<string, unknown>) => void;
  children: ReactNode;
}

export function EntryForm({ id, fields, refused, onSend, children }: EntryFormProps) {
  const draft = useDrafts((store) => store.drafts.get(id)?.content);
  const values: Record<string, unknown> = { ...initialContent(fields), ...draft };
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const matches = usePatterns(fields);
  const name = useId();

  const problemOf = (field: Field) => checkField(field, typed(field, values[field.name]), matches);
  const set = (field: Field, value: unknown) => {
    keepDraft(id, { content: { ...draft, [field.name]: value } });
    setTouched(new Set(touched).add(field.name));
  };
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    const wrong = fields.find((field) => problemOf(field) !== undefined);
    if (wrong !== undefined) {
      event.currentTarget.querySelector<HTMLElement>(`[data-field="${CSS.escape(wrong.name)}"]`)?.focus();
      return;
    }
    onSend(
      Object.fromEntries(
        fields.flatMap((field) => {
          const value = typed(field, values[field.name]);
          return value === undefined ? [] : [[field.name, value]];
        }),
      ),
    );
  };
  return (
    <form className={form.form} onSubmit={send} noValidate>
      {fields.map((field) => (
        <FieldRow
          key={field.name}
          id={`${name}-${field.name}`}
          field={field}
          value={values[field.name]}
          problem={(tried || touched.has(field.name) ? problemOf(field) : undefined) ?? refused[field.name]}
          onChange={(value) => set(field, value)}
          onLeave={() => setTouched(new Set(touched).add(field.name))}
        />
      ))}
      <div className={form.actions}>{children}</div>
    </form>
  );
}

/** Until its code is there, no text is called wrong for its pattern. */
function usePatterns(fields: readonly Field[]): Matches {
  const [matches, setMatches] = useState<Matches>();
  const wanted = fields.some((field) => field.kind === "text" && field.pattern !== undefined);
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void loadCode(() => import("../../shared/inbox/safe-pattern.ts")).then(({ matchesSafely }) => {
      if (!gone) setMatches(() => matchesSafely);
    });
    return () => {
      gone = true;
    };
  }, [wanted]);
  return matches ?? (() => undefined);
}

/** What was typed, as it is sent; undefined for a field that was left empty. */
function typed(field: Field, value: unknown): unknown {
  // A box that nobody has checked says no; where no answer is needed, it says nothing.
  if (value === undefined) return field.kind === "boolean" && field.required ? false : undefined;
  switch (field.kind) {
    case "number": {
      if (typeof value !== "string") return value;
      const text = value.trim();
      return text === "" ? undefined : Number.isNaN(Number(text)) ? text : Number(text);
    }
    case "text":
      return value === "" && !field.required ? undefined : value;
    case "choice":
      return value === "" ? undefined : value;
    case "boolean":
    case "choices":
      return value;
  }
}

interface RowProps {
  id: string;
  field: Field;
  value: unknown;
  problem: string | undefined;
  onChange: (value: unknown) => void;
  onLeave: () => void;
}

function FieldRow({ id, field, value, problem, onChange, onLeave }: RowProps) {
  const label = oneLine(field.label, 200);
  const described = [field.description !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`].filter(
    (part) => part !== false,
  );
  const common = {
    id,
    "data-field": field.name,
    "aria-invalid": problem !== undefined,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
    onBlur: onLeave,
  };
  const notes = (
    <>
      {field.description !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {visibleLines(field.description.slice(0, 2_000))}
        </span>
      )}
      {problem !== undefined && (
        <span id={`${id}-problem`} className={styles.problem}>
          {label} {oneLine(problem, 300)}.
        </span>
      )}
    </>
  );
  const name = (
    <>
      {label}
      {!field.required && <span className={styles.optional}> (optional)</span>}
    </>
  );
  if (field.kind === "choices") {
    return <Choices field={field} value={value} label={name} common={common} notes={notes} onChange={onChange} />;
  }
  if (field.kind === "boolean") {
    return (
      <div className={form.field}>
        <label className={styles.check}>
          <input
            {...common}
            type="checkbox"
            checked={value === true}
            onChange={(event) => onChange(event.target.checked)}
          />
          <span>{label}</span>
        </label>
        {notes}
      </div>
    );
  }
  return (
    <div className={form.field}>
      <label className={form.label} htmlFor={id}>
        {name}
      </label>
      <Input field={field} value={value} common={common} onChange={onChange} />
      {notes}
    </div>
  );
}

type InputProps = Pick<RowProps, "field" | "value" | "onChange"> & { common: object };

function Input({ field, value, common, onChange }: InputProps) {
  const shown = value === undefined ? "" : String(value);
  if (field.kind === "choice") {
    return (
      <select {...common} className={form.input} value={shown} onChange={(event) => onChange(event.target.value)}>
        {(!field.required || shown === "") && <option value="">{field.required ? "Choose…" : "None"}</option>}
        {field.options.map((option) => (
          <option key={option.value} value={option.value}>
            {oneLine(option.title, 200)}
          </option>
        ))}
      </select>
    );
  }
  if (field.kind === "text" && field.format === undefined && (field.maxLength ?? Infinity) > 80) {
    return (
      <textarea
        {...common}
        className={join(form.input, styles.area)}
        rows={2}
        value={shown}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          // As where one writes a message: Enter sends, Shift+Enter begins a line.
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
    );
  }
  return (
    <input
      {...common}
      className={form.input}
      type={field.kind === "text" ? TYPES[field.format ?? "none"] : "text"}
      inputMode={field.kind === "number" ? (field.integer ? "numeric" : "decimal") : undefined}
      autoComplete="off"
      value={shown}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** Moments are typed with their zone, which no browser's own field has. */
const TYPES = { email: "email", uri: "url", date: "date", "date-time": "text", none: "text" } as const;

interface ChoicesProps {
  field: Extract<Field, { kind: "choices" }>;
  value: unknown;
  label: ReactNode;
  common: { "data-field": string; "aria-describedby": string | undefined; id: string; onBlur: () => void };
  notes: ReactNode;
  onChange: (value: unknown) => void;
}

function Choices({ field, value, label, common, notes, onChange }: ChoicesProps) {
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (option: string, on: boolean) =>
    onChange(field.options.map((each) => each.value).filter((each) => (each === option ? on : chosen.includes(each))));
  return (
    <fieldset className={form.field} aria-describedby={common["aria-describedby"]}>
      <legend className={form.label}>{label}</legend>
      <div className={styles.choices}>
        {field.options.map((option, at) => (
          <label key={option.value} className={styles.check}>
            <input
              {...(at === 0 ? { id: common.id, "data-field": common["data-field"] } : {})}
              type="checkbox"
              checked={chosen.includes(option.value)}
              onBlur={common.onBlur}
              onChange={(event) => toggle(option.value, event.target.checked)}
            />
            <span>{oneLine(option.title, 200)}</span>
          </label>
        ))}
      </div>
      {notes}
    </fieldset>
  );
}
