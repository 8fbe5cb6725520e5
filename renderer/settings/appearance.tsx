/** The settings of how the page looks. */
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice } from "./controls.tsx";
import { TerminalColours } from "./terminal-colours.tsx";

const THEMES: readonly (readonly [Settings["theme"], string])[] = [
  ["system", "System"],
  ["dark", "Dark"],
  ["light", "Light"],
];
const CONTRAST: readonly (readonly [Settings["contrast"], string])[] = [
  ["system", "System"],
  ["normal", "Normal"],
  ["more", "High"],
];

export function Appearance() {
  const settings = useSettings();
  return (
    <>
      <Choice label="Theme" value={settings.theme} options={THEMES} onChange={(theme) => changeSettings({ theme })} />
      <Choice
        label="Contrast"
        hint="High contrast is black and white with clear lines, in place of the theme."
        value={settings.contrast}
        options={CONTRAST}
        onChange={(contrast) => changeSettings({ contrast })}
      />
      <TerminalColours />
    </>
  );
}
