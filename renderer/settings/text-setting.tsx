/** The control of a short text: what is typed stands as it is, and counts once it is one that may be. */
import { useState } from "react";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";

interface TextProps {
  label: string;
  hint?: string;
  value: string;
  placeholder?: string;
  isGood: (text: string) => boolean;
  /** What is expected, for who typed something else. */
  bad: string;
  onChange: (value: string) => void;
}

export function TextSetting({ label, hint, value, placeholder, isGood, bad, onChange }: TextProps) {
  /** Undefined while nobody types: the setting itself is shown. */
  const [draft, setDraft] = useState<string>();
  const wrong = draft !== undefined && !isGood(draft.trim());

  function settle(): void {
    if (draft === undefined || wrong) return;
    if (draft.trim() !== value) onChange(draft.trim());
    setDraft(undefined);
  }

  return (
    <SettingRow label={label} hint={wrong ? bad : hint}>
      {(ids) => (
        <input
          className={controls.text}
          value={draft ?? value}
          maxLength={320}
          spellCheck={false}
          placeholder={placeholder}
          aria-labelledby={ids.label}
          aria-describedby={ids.hint}
          aria-invalid={wrong}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={settle}
          onKeyDown={(event) => event.key === "Enter" && settle()}
        />
      )}
    </SettingRow>
  );
}
