/** Chooses the terminal's colours, and brings others along. */
import { useId, useRef, useState } from "react";
import type { Fault } from "../../shared/protocol/fault.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { Button } from "../parts/button.tsx";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import { MAX_TEXT, parseSchemes, withSchemes } from "../theme/color-scheme.ts";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";
import styles from "./pages.module.css";

const OWN = "";

export function TerminalColours() {
  const schemes = useSettings((settings) => settings.terminalThemes);
  const chosen = useSettings((settings) => settings.terminalTheme);
  const [adding, setAdding] = useState(false);
  const known = schemes.some(({ name }) => name === chosen);

  function forget(): void {
    changeSettings({ terminalThemes: schemes.filter(({ name }) => name !== chosen), terminalTheme: OWN });
  }

  return (
    <>
      <SettingRow label="Terminal colours" hint="In light and dark alike; high contrast always has its own.">
        {(ids) => (
          <span className={controls.buttons}>
            <select
              className={controls.select}
              aria-labelledby={ids.label}
              aria-describedby={ids.hint}
              value={known ? chosen : OWN}
              onChange={(event) => changeSettings({ terminalTheme: event.target.value })}
            >
              <option value={OWN}>Signalbox</option>
              {schemes.map(({ name }) => (
                <option key={name} value={name}>
                  {oneLine(name, 60)}
                </option>
              ))}
            </select>
            {known && <Button onClick={forget}>Remove</Button>}
            {!adding && <Button onClick={() => setAdding(true)}>Import…</Button>}
          </span>
        )}
      </SettingRow>
      {adding && <Import onDone={() => setAdding(false)} />}
    </>
  );
}

function Import({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<string>();
  const [fault, setFault] = useState<Fault>();
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();

  function add(): void {
    const read = parseSchemes(text, file);
    setFault(read.ok ? undefined : read.fault);
    if (!read.ok) return;
    const { terminalThemes } = useSettings.getState();
    changeSettings({
      terminalThemes: withSchemes(terminalThemes, read.value),
      terminalTheme: read.value.at(-1)?.name ?? OWN,
    });
    onDone();
  }

  return (
    <div>
      <p id={hint} className={styles.text}>
        Choose an <code>.itermcolors</code> file, or paste a scheme in that form or in Windows Terminal's JSON.
      </p>
      <textarea
        className={styles.json}
        aria-label="Colour theme"
        aria-describedby={hint}
        rows={6}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {fault !== undefined && (
        <p role="alert" className={styles.problem}>
          {fault.message} {fault.hint}
        </p>
      )}
      <span className={controls.buttons}>
        <Button kind="primary" disabled={text.trim() === ""} onClick={add}>
          Add theme
        </Button>
        <Button onClick={() => input.current?.click()}>Choose a file…</Button>
        <input
          ref={input}
          hidden
          type="file"
          accept=".itermcolors,.json,application/json"
          aria-label="File with a colour theme"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            if (chosen === undefined) return;
            setFile(chosen.name);
            // A longer one is refused all the same; this much of it is enough to say so.
            void chosen
              .slice(0, MAX_TEXT + 1)
              .text()
              .then(setText);
          }}
        />
        <Button onClick={onDone}>Cancel</Button>
      </span>
    </div>
  );
}
