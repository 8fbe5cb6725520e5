/** Joins the characters of programming ligatures (`=>`, `!==`), where a person wants that: its code is loaded only then. */
import type { Terminal } from "@xterm/xterm";
import { loadCode } from "../gateway/load-code.ts";

/** Gives a function that switches them on and off. */
export function ligatures(terminal: Terminal): (on: boolean) => void {
  let wanted = false;
  let loaded: { dispose(): void } | undefined;
  return (on) => {
    if (on === wanted) return;
    wanted = on;
    if (!on) {
      loaded?.dispose();
      loaded = undefined;
      terminal.refresh(0, terminal.rows - 1);
      return;
    }
    void loadCode(() => import("@xterm/addon-ligatures"))
      .then(({ LigaturesAddon }) => {
        // Shown for the first time, it is opened first.
        if (!wanted || loaded !== undefined || terminal.element === undefined) return;
        const addon = new LigaturesAddon();
        terminal.loadAddon(addon);
        loaded = addon;
        terminal.refresh(0, terminal.rows - 1);
      })
      .catch(() => {
        wanted = false;
      });
  };
}
