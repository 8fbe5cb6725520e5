/** Which theme is in force: the person's choice, else the system's. */
import { useSyncExternalStore } from "react";
import { type Settings, useSettings } from "../stores/settings-store.ts";
import type { ThemeName } from "./terminal-theme.ts";
import { watchMedia } from "./watch-media.ts";

const light = watchMedia("(prefers-color-scheme: light)");
const contrast = watchMedia("(prefers-contrast: more)");

function current(): ThemeName {
  const settings = useSettings.getState();
  if (settings.contrast === "more" || (settings.contrast === "system" && contrast.matches)) return "contrast";
  if (settings.theme !== "system") return settings.theme;
  return light.matches ? "light" : "dark";
}

/** Writes the settings to the document, and tells the theme, whenever they change. Gives the function that stops it. */
export function followTheme(tell: (theme: ThemeName) => void): () => void {
  let told: ThemeName | undefined;
  const apply = () => {
    const settings: Settings = useSettings.getState();
    const root = document.documentElement;
    const theme = current();
    root.dataset.theme = theme;
    if (theme !== told) tell(theme);
    told = theme;
    if (settings.motion === "reduced") root.dataset.motion = "reduced";
    else delete root.dataset.motion;
  };
  apply();
  return onAny(apply);
}

export const useThemeName = (): ThemeName => useSyncExternalStore(onAny, current);

/** Calls `listener` whenever the theme may be another. Gives the function that stops it. */
function onAny(listener: () => void): () => void {
  const stops = [useSettings.subscribe(listener), light.onChange(listener), contrast.onChange(listener)];
  return () => {
    for (const stop of stops) stop();
  };
}
