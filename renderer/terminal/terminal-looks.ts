/** Gives a terminal the looks that the settings and the theme want, once. */
import type { Terminal } from "@xterm/xterm";
import type { Settings } from "../stores/settings-store.ts";
import type { ThemeName } from "../theme/terminal-theme.ts";
import { accelerator } from "./accelerator.ts";
import { ligatures } from "./ligatures.ts";
import { changingOptions, isNarrow } from "./terminal-options.ts";

/** Gives a function that gives true when something was changed: colours that are given once more would be drawn once more. */
export function createLooks(terminal: Terminal): (theme: ThemeName, settings: Settings) => boolean {
  const accelerate = accelerator(terminal);
  const ligate = ligatures(terminal);
  let now: { theme: ThemeName; settings: Settings; narrow: boolean } | undefined;
  return (theme, settings) => {
    const narrow = isNarrow();
    if (now?.theme === theme && now.settings === settings && now.narrow === narrow) return false;
    now = { theme, settings, narrow };
    Object.assign(terminal.options, changingOptions(theme));
    accelerate(settings.renderer === "webgl");
    ligate(settings.ligatures);
    return true;
  };
}
