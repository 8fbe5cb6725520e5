/** Owns which theme is in force: the person's choice, else the system's. */
import { useSyncExternalStore } from "react";
import { type Settings, useSettings } from "../stores/settings-store.ts";
import type { ThemeName } from "./terminal-theme.ts";

const light = window.matchMedia("(prefers-color-scheme: light)");
const contrast = window.matchMedia("(prefers-contrast: more)");

function current(): ThemeName {
  const settings = useSettings.getState();
  if (settings.contrast === "more" || (settings.contrast === "system" && contrast.matches)) return "contrast";
  if (settings.theme !== "system") return settings.theme;
  return light.matches ? "light" : "dark";
}

/** Writes the settings to the document and keeps them there. Gives the function that stops it. */
export function followTheme(): () => void {
  const apply = () => {
    const settings: Settings = useSettings.getState();
    const root = document.documentElement;
    root.dataset.theme = current();
    if (settings.motion === "reduced") root.dataset.motion = "reduced";
    else delete root.dataset.motion;
  };
  apply();
  light.addEventListener("change", apply);
  contrast.addEventListener("change", apply);
  const unsubscribe = useSettings.subscribe(apply);
  return () => {
    light.removeEventListener("change", apply);
    contrast.removeEventListener("change", apply);
    unsubscribe();
  };
}

export const useThemeName = (): ThemeName =>
  useSyncExternalStore((told) => {
    const unsubscribe = useSettings.subscribe(told);
    light.addEventListener("change", told);
    contrast.addEventListener("change", told);
    return () => {
      unsubscribe();
      light.removeEventListener("change", told);
      contrast.removeEventListener("change", told);
    };
  }, current);
