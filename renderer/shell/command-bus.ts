/** How a command reaches the room that knows what to do with it. */
import { COMMANDS, type CommandId } from "../keys/commands.ts";
import { mayOnlyWatch } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";
import { useView } from "../stores/view-store.ts";

const listeners = new Map<CommandId, Set<() => void>>();

/** Gives the function that ends the listening, as an effect's cleanup. */
export function onCommand(id: CommandId, run: () => void): () => void {
  const set = listeners.get(id) ?? new Set();
  listeners.set(id, set.add(run));
  return () => void set.delete(run);
}

/** What the gateway would refuse is said at once. */
const WATCHING = {
  code: "read-only",
  message: "This device has view-only access.",
  hint: "Settings → Devices, on the computer itself, lets it do more.",
};

const NO_SESSION = { code: "no-session", message: "No session is shown.", hint: "Choose one first: this is about it." };

export function runCommand(id: CommandId): void {
  const command = COMMANDS.find((known) => known.id === id);
  if (mayOnlyWatch() && command?.acts) {
    toastFault(WATCHING);
    return;
  }
  if (command?.session && useView.getState().session === undefined) {
    toastFault(NO_SESSION);
    return;
  }
  for (const run of listeners.get(id) ?? []) run();
}
