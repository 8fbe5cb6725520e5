/** Says what a person can do about a server that failed, from what is known of it. */
import type { ServerStatus } from "../../shared/protocol/daemon-api.ts";

export function nextStep({ reason = "", sign_in, transport }: ServerStatus): string {
  if (sign_in === true) return "Open it and choose Sign in.";
  if (/not found|ENOENT/i.test(reason)) {
    return transport === "stdio"
      ? "Install its program or correct its command (open it, then Edit), then Restart it."
      : "Correct its address: open it, then Edit.";
  }
  if (/nothing listens|cannot be reached|ECONNREFUSED|ENOTFOUND|timed out|did not answer/i.test(reason)) {
    return transport === "stdio"
      ? "Open it and read its log, then Restart it."
      : "Start it, or correct its address (open it, then Edit). It is tried again by itself.";
  }
  if (/\b40[13]\b|unauthori[sz]ed|forbidden/i.test(reason)) return "Give it a valid key: open it, then Edit.";
  return transport === "stdio"
    ? "Open it and read its log. Edit its entry if that is the cause, then Restart it."
    : "Open it to edit its entry, then Restart it.";
}
