/** Owns the settings of how the page looks. */
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice } from "./controls.tsx";

const THEMES: [Settings["theme"], string][] = [
  ["system", "System"],
  ["dark", "Dark"],
  ["light", "Light"],
];

export function Appearance() {
  const theme = useSettings((settings) => settings.theme);
  return <Choice label="Theme" value={theme} options={THEMES} onChange={(value) => changeSettings({ theme: value })} />;
}
