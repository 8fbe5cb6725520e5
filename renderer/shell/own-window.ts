/** Opens a session in a window of its own, with its terminal alone. */
import type { Host } from "../host/host.ts";
import { toastFault } from "../stores/toasts.ts";
import { aloneAddress } from "../stores/view-store.ts";

export function openOwnWindow(host: Host, session: string): void {
  if (host.kind === "desktop") {
    toastFault(IN_BROWSERS);
    return;
  }
  const opened = window.open(aloneAddress(session), `signalbox-${session}`, "popup,width=960,height=640");
  if (opened === null) toastFault(BLOCKED);
  else opened.focus();
}

const BLOCKED = {
  code: "window-blocked",
  message: "The browser didn't open a window.",
  hint: "Allow pop-up windows for this address, then try again.",
};
const IN_BROWSERS = {
  code: "in-browsers",
  message: "The desktop app has one window.",
  hint: "Show several sessions side by side, or open Signalbox in a browser.",
};
