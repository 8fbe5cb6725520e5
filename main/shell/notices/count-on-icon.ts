/** The number on the app's own icon (macOS, and Linux desktops that show one): how many sessions need the person. */
import type { ElectronApi } from "../electron-api.ts";

/** Gives what to call with each new count; an equal one is not told again. */
export function countOnIcon(app: Pick<ElectronApi["app"], "setBadgeCount">): (needsYou: number) => void {
  let told = 0;
  return (needsYou) => {
    if (needsYou === told) return;
    told = needsYou;
    app.setBadgeCount(needsYou);
  };
}
