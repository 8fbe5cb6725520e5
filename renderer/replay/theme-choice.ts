/** The look of a replay: that of the reader's system, or the one that they choose in the page. */
import type { ThemeName } from "../theme/terminal-theme.ts";
import { make } from "./dom.ts";

const NAMES = { system: "System theme", dark: "Dark", light: "Light", contrast: "High contrast" } as const;

/** `onTheme` is told which one holds, at once and when the system changes its own. */
export function chooseTheme(onTheme: (name: ThemeName) => void): { element: HTMLElement; apply(): void } {
  const light = matchMedia("(prefers-color-scheme: light)");
  const contrast = matchMedia("(prefers-contrast: more)");
  const element = make("select", { "aria-label": "Theme", class: "theme" });
  for (const [value, name] of Object.entries(NAMES)) element.append(make("option", { value }, name));
  const apply = () => {
    const system: ThemeName = contrast.matches ? "contrast" : light.matches ? "light" : "dark";
    const name = element.value === "system" ? system : (element.value as ThemeName);
    document.documentElement.dataset.theme = name;
    onTheme(name);
  };
  for (const query of [light, contrast]) query.addEventListener("change", apply);
  element.addEventListener("change", apply);
  return { element, apply };
}
