/** The page on which every command's key can be changed. */
import { type KeyboardEvent, useState } from "react";
import { oneLine } from "../../shared/text/visible.ts";
import { COMMANDS, type Command } from "../keys/commands.ts";
import { isInputMethod } from "../keys/input-method.ts";
import { isAllowed, keyMap, keyName, keysOf, showKey } from "../keys/key-map.ts";
import { Button, Kbd } from "../parts/button.tsx";
import { useServices } from "../shell/services.ts";
import { changeSettings, useSettings } from "../stores/settings-store.ts";
import controls from "./controls.module.css";
import { SettingRow } from "./controls.tsx";
import styles from "./pages.module.css";

export function Shortcuts() {
  return COMMANDS.map((command) => <ShortcutRow key={command.id} command={command} />);
}

/** The person has just asked to press keys here. */
const focusAtOnce = (field: HTMLInputElement | null): void => field?.focus();

function ShortcutRow({ command }: { command: Command }) {
  const { host } = useServices();
  const own = useSettings((settings) => settings.keys);
  const [recording, setRecording] = useState(false);
  const [problem, setProblem] = useState<string>();
  const keys = keysOf(command.id, host.platform, own);

  function record(event: KeyboardEvent): void {
    if (event.key === "Tab" || isInputMethod(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") setRecording(false);
    if (["Escape", "Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    const key = keyName(event.nativeEvent);
    const refusal = whyNot(key);
    setProblem(refusal);
    if (refusal !== undefined) return;
    setRecording(false);
    changeSettings({ keys: { ...own, [command.id]: key } });
  }

  function whyNot(key: string): string | undefined {
    if (!isAllowed(key)) return `${showKey(key, host.platform)} belongs to the terminal.`;
    const taken = keyMap(host.platform, own).get(key);
    if (taken === undefined || taken === command.id) return undefined;
    return `It already means “${COMMANDS.find(({ id }) => id === taken)?.name}”.`;
  }

  function reset(): void {
    const { [command.id]: _, ...rest } = own;
    changeSettings({ keys: rest });
  }

  const verb = keys.length === 0 ? "Set" : "Change";
  return (
    <SettingRow
      label={command.name}
      hint={recording ? (problem ?? "Press the new keys. Esc leaves it as it is.") : undefined}
    >
      {(ids) => (
        <span className={controls.buttons}>
          {recording ? (
            <input
              className={styles.recorder}
              data-keys="raw"
              aria-labelledby={ids.label}
              aria-describedby={ids.hint}
              placeholder="Press keys…"
              ref={focusAtOnce}
              readOnly
              onKeyDown={record}
              onBlur={() => setRecording(false)}
            />
          ) : (
            keys.map((key) => <Kbd key={key}>{showKey(key, host.platform)}</Kbd>)
          )}
          {!recording && (
            <Button onClick={() => setRecording(true)} aria-label={`${verb} the keys of ${oneLine(command.name, 80)}`}>
              {verb}
            </Button>
          )}
          {own[command.id] !== undefined && (
            <Button kind="link" onClick={reset} aria-label={`Reset the keys of ${oneLine(command.name, 80)}`}>
              Reset
            </Button>
          )}
        </span>
      )}
    </SettingRow>
  );
}
