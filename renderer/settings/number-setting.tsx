/** The control of a number: what is typed stands as it is, and counts once it is a number that may be. */
import { useState } from "react";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";

interface NumberProps {
  label: string;
  hint?: string;
  value: number;
  min: number;
  max: number;
  step: number;
  unit?: string;
  /** Counts only when the field is left or Enter is pressed: for what half a number would harm. */
  late?: boolean;
  onChange: (value: number) => void;
}

export function NumberSetting({ label, hint, value, min, max, step, unit, late = false, onChange }: NumberProps) {
  /** Undefined while nobody types: the setting itself is shown. */
  const [draft, setDraft] = useState<string>();
  const number = draft === undefined || draft.trim() === "" ? Number.NaN : Number(draft);
  const bad = draft !== undefined && !(number >= min && number <= max);

  function settle(): void {
    if (draft !== undefined && !bad && number !== value) onChange(number);
    setDraft(undefined);
  }

  return (
    <SettingRow label={label} hint={hint}>
      {(ids) => (
        <span className={controls.numberBox}>
          <input
            type="number"
            value={draft ?? value}
            min={min}
            max={max}
            step={step}
            aria-labelledby={ids.label}
            aria-describedby={ids.hint}
            aria-invalid={bad}
            title={bad ? `From ${min.toLocaleString("en-US")} to ${max.toLocaleString("en-US")}` : undefined}
            onChange={(event) => {
              const { value: text, valueAsNumber: next } = event.target;
              setDraft(text);
              if (!late && next >= min && next <= max) onChange(next);
            }}
            onBlur={settle}
            onKeyDown={(event) => event.key === "Enter" && settle()}
          />
          {unit}
        </span>
      )}
    </SettingRow>
  );
}
