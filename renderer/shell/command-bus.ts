/** Owns how a command reaches the room that knows what to do with it. */
import { COMMANDS, type CommandId } from "../keys/commands.ts";
import { mayOnlyWatch } from "../stores/app-store.ts";
import { toastFault } from "../stores/toasts.ts";

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
  message: "This device may only watch.",
  hint: "Settings → Devices, on the computer itself, lets it do more.",
};

export function runCommand(id: CommandId): void {
  if (mayOnlyWatch() && COMMANDS.some((command) => command.id === id && command.acts)) {
    toastFault(WATCHING);
    return;
  }
  for (const run of listeners.get(id) ?? []) run();
}
