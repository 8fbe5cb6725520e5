/** Owns giving a terminal the looks that the settings and the theme want, once. */
import type { Terminal } from "@xterm/xterm";
import type { Settings } from "../stores/settings-store.ts";
import type { ThemeName } from "../theme/terminal-theme.ts";
import { accelerator } from "./accelerator.ts";
import { changingOptions } from "./terminal-options.ts";

/** Gives a function that gives true when something was changed: colours that are given once more would be drawn once more. */
export function createLooks(terminal: Terminal): (theme: ThemeName, settings: Settings) => boolean {
  const accelerate = accelerator(terminal);
  let now: { theme: ThemeName; settings: Settings } | undefined;
  return (theme, settings) => {
    if (now?.theme === theme && now.settings === settings) return false;
    now = { theme, settings };
    Object.assign(terminal.options, changingOptions(theme));
    accelerate(settings.renderer === "webgl");
    return true;
  };
}
