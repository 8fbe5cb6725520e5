/** The settings that make the page easier to perceive. */
import { changeSettings, type Settings, useSettings } from "../stores/settings-store.ts";
import { Choice, Toggle } from "./controls.tsx";

const MOTION: readonly (readonly [Settings["motion"], string])[] = [
  ["system", "System"],
  ["reduced", "Reduced"],
];

export function Accessibility() {
  const settings = useSettings();
  return (
    <>
      <Choice
        label="Motion"
        hint="Reduced motion stops spinners, blinking and sliding."
        value={settings.motion}
        options={MOTION}
        onChange={(motion) => changeSettings({ motion })}
      />
      <Toggle
        label="Screen-reader mode of the terminal"
        hint="Gives the terminal's text to screen readers. It makes fast output slower."
        value={settings.screenReader}
        onChange={(screenReader) => changeSettings({ screenReader })}
      />
    </>
  );
}
