/** The settings as text, for those who would rather edit or copy them whole. */
import { useState } from "react";
import { parseJson } from "../../shared/protocol/schema.ts";
import { Button } from "../parts/button.tsx";
import { changeSettings, settingsSchema, useSettings } from "../stores/settings-store.ts";
import { toastDone } from "../stores/toasts.ts";
import styles from "./pages.module.css";

export function SettingsAsJson() {
  const settings = useSettings();
  const [text, setText] = useState(() => JSON.stringify(settings, null, 2));
  const [problem, setProblem] = useState<string>();

  function apply(): void {
    const parsed = parseJson(settingsSchema, text);
    setProblem(parsed.ok ? undefined : parsed.reason);
    if (!parsed.ok) return;
    changeSettings(parsed.value);
    // What was not understood has become the default: show what is in force.
    setText(JSON.stringify(parsed.value, null, 2));
    toastDone("Settings applied");
  }

  return (
    <>
      <textarea
        className={styles.json}
        aria-label="Settings as JSON"
        rows={24}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {problem !== undefined && (
        <p role="alert" className={styles.problem}>
          Not understood: {problem}. The settings are as before.
        </p>
      )}
      <Button onClick={apply}>Apply</Button>
    </>
  );
}
