/** The controls of the settings page: a choice of few, a switch, a number, each with its name and a line of explanation. */
import { Switch } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";
import styles from "./controls.module.css";
import { useMatches } from "./search-context.ts";

interface RowProps {
  label: string;
  hint?: string | undefined;
  /** More words by which it is found. */
  also?: string;
  children: (ids: { label: string; hint: string | undefined }) => ReactNode;
}

export function SettingRow({ label, hint, also, children }: RowProps) {
  const id = useId();
  if (!useMatches(label, hint, also)) return null;
  return (
    <div className={styles.setting} data-setting="">
      <div className={styles.settingTexts}>
        <span id={id} className={styles.settingName}>
          {label}
        </span>
        {hint !== undefined && (
          <span id={`${id}-hint`} className={styles.hint}>
            {hint}
          </span>
        )}
      </div>
      {children({ label: id, hint: hint === undefined ? undefined : `${id}-hint` })}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  hint?: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, hint, value, options, onChange }: ChoiceProps<T>) {
  return (
    <SettingRow label={label} hint={hint}>
      {(ids) => (
        <div role="radiogroup" aria-labelledby={ids.label} aria-describedby={ids.hint} className={styles.choice}>
          {options.map(([option, name]) => (
            <label key={option} className={styles.option}>
              <input
                type="radio"
                className="visually-hidden"
                name={ids.label}
                checked={option === value}
                onChange={() => onChange(option)}
              />
              {name}
            </label>
          ))}
        </div>
      )}
    </SettingRow>
  );
}

export function Select<T extends string>({ label, hint, value, options, onChange }: ChoiceProps<T>) {
  return (
    <SettingRow label={label} hint={hint}>
      {(ids) => (
        <select
          className={styles.select}
          aria-labelledby={ids.label}
          aria-describedby={ids.hint}
          value={value}
          onChange={(event) => {
            const chosen = options.find(([option]) => option === event.target.value);
            if (chosen !== undefined) onChange(chosen[0]);
          }}
        >
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </SettingRow>
  );
}

interface ToggleProps {
  label: string;
  hint?: string;
  value: boolean;
  disabled?: boolean;
  onChange: (value: boolean) => void;
}

export function Toggle({ label, hint, value, disabled = false, onChange }: ToggleProps) {
  return (
    <SettingRow label={label} hint={hint}>
      {(ids) => (
        <Switch.Root
          className={styles.switch}
          checked={value}
          disabled={disabled}
          onCheckedChange={onChange}
          aria-labelledby={ids.label}
          aria-describedby={ids.hint}
        >
          <Switch.Thumb className={styles.thumb} />
        </Switch.Root>
      )}
    </SettingRow>
  );
}
