/** The row of keys that a phone's keyboard lacks. */
import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Keyboard } from "lucide-react";
import { type ReactNode, useState } from "react";
import styles from "./terminal.module.css";
import { type RowKey, rowKeyBytes } from "./terminal-keys.ts";
import { useLiveTerminal } from "./terminal-view.tsx";

const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.75 } as const;
const KEYS: { key: RowKey; name: string; face: ReactNode }[] = [
  { key: "escape", name: "Esc (Escape)", face: "Esc" },
  { key: "tab", name: "Tab", face: "Tab" },
  { key: "up", name: "Up", face: <ArrowUp {...icon} /> },
  { key: "down", name: "Down", face: <ArrowDown {...icon} /> },
  { key: "left", name: "Left", face: <ArrowLeft {...icon} /> },
  { key: "right", name: "Right", face: <ArrowRight {...icon} /> },
];

export function KeyRow({ session }: { session: string }) {
  const live = useLiveTerminal(session);
  const [ctrl, setCtrl] = useState(false);
  const press = (key: RowKey) => live?.type(rowKeyBytes(key, live.terminal.modes.applicationCursorKeysMode));
  /** The terminal keeps the focus, so that the on-screen keyboard stays. */
  const keepFocus = (event: { preventDefault(): void }) => event.preventDefault();

  function toggleCtrl(): void {
    live?.holdCtrl(!ctrl, () => setCtrl(false));
    setCtrl(!ctrl);
    live?.focus();
  }

  const buttons = KEYS.map(({ key, name, face }) => (
    <button
      key={key}
      type="button"
      className={styles.key}
      aria-label={name}
      onPointerDown={keepFocus}
      onClick={() => press(key)}
    >
      {face}
    </button>
  ));
  buttons.splice(
    2,
    0,
    <button
      key="ctrl"
      type="button"
      className={styles.key}
      aria-pressed={ctrl}
      onPointerDown={keepFocus}
      onClick={toggleCtrl}
    >
      Ctrl
    </button>,
  );
  return (
    <div className={styles.keyRow} role="toolbar" aria-label="Terminal keys">
      {buttons}
      <button type="button" className={styles.key} aria-label="Show keyboard" onClick={() => live?.focus()}>
        <Keyboard {...icon} />
      </button>
    </div>
  );
}
