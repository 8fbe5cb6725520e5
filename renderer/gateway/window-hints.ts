/** What to do about a fault, in the names of this window's buttons and pages. The gateway knows neither: programs read its words, too. */
import type { Fault } from "../../shared/protocol/fault.ts";

const HINTS: ReadonlyMap<string, string> = new Map([
  ["no-daemon", "Press Start built-in daemon, then try again."],
  ["wrong-code", "Ask for a new one: run `signalbox serve`, or open Settings → Devices on a connected device."],
  ["digits-void", "Make new ones under Settings → Devices, or copy the link there: nobody can guess it."],
  ["no-editor", "Set one in your shell's profile, or choose another editor in Settings → Terminal."],
  ["read-only", "Settings → Devices, on a device with full access, lets this one do more."],
]);

/** The gateway's fault, with this window's hint where it has one. */
export function withWindowHint(fault: Fault): Fault {
  const hint = HINTS.get(fault.code);
  return hint === undefined ? fault : { ...fault, hint };
}
