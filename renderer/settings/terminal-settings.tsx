/** Owns the settings of the terminal. */
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice, Toggle } from "./controls.tsx";
import { NumberSetting } from "./number-setting.tsx";

const CURSORS: readonly (readonly [Settings["cursorStyle"], string])[] = [
  ["block", "Block"],
  ["bar", "Bar"],
  ["underline", "Underline"],
];
const RENDERERS: readonly (readonly [Settings["renderer"], string])[] = [
  ["dom", "Browser"],
  ["webgl", "Graphics card"],
];

export function TerminalSettings() {
  const settings = useSettings();
  return (
    <>
      <NumberSetting
        label="Text size"
        value={settings.fontSize}
        min={9}
        max={24}
        step={1}
        unit="px"
        onChange={(fontSize) => changeSettings({ fontSize })}
      />
      <NumberSetting
        label="Line height"
        value={settings.lineHeight}
        min={1}
        max={2}
        step={0.05}
        onChange={(lineHeight) => changeSettings({ lineHeight })}
      />
      <Choice
        label="Cursor"
        value={settings.cursorStyle}
        options={CURSORS}
        onChange={(cursorStyle) => changeSettings({ cursorStyle })}
      />
      <Toggle
        label="Blinking cursor"
        value={settings.cursorBlink}
        onChange={(cursorBlink) => changeSettings({ cursorBlink })}
      />
      <NumberSetting
        label="Scrollback"
        hint="Lines that can be scrolled back to. The daemon keeps 10,000."
        value={settings.scrollback}
        min={0}
        max={100_000}
        step={1_000}
        unit="lines"
        onChange={(scrollback) => changeSettings({ scrollback })}
      />
      <Choice
        label="Drawn by"
        hint="The graphics card is faster with much output. If it fails, the browser takes over."
        value={settings.renderer}
        options={RENDERERS}
        onChange={(renderer) => changeSettings({ renderer })}
      />
    </>
  );
}
