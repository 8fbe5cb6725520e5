/** Draws with the graphics card: loaded when it is wanted, given up when the card takes its context away. */

import type { Terminal } from "@xterm/xterm";
import { loadCode } from "../gateway/load-code.ts";

/** Gives a function that switches it on and off. Where it cannot be had, the browser goes on drawing. */
export function accelerator(terminal: Terminal): (on: boolean) => void {
  let wanted = false;
  let loaded: { dispose(): void } | undefined;
  const stop = (): void => {
    loaded?.dispose();
    loaded = undefined;
  };
  return (on) => {
    if (on === wanted) return;
    wanted = on;
    if (!on) {
      stop();
      return;
    }
    void loadCode(() => import("@xterm/addon-webgl")).then(({ WebglAddon }) => {
      if (!wanted || loaded !== undefined) return;
      try {
        const addon = new WebglAddon();
        addon.onContextLoss(stop);
        terminal.loadAddon(addon);
        loaded = addon;
      } catch {
        // No WebGL 2 here.
      }
    });
  };
}
