/** Owns how a command reaches the room that knows what to do with it. */
import type { CommandId } from "../keys/commands.ts";

const listeners = new Map<CommandId, Set<() => void>>();

/** Gives the function that ends the listening, as an effect's cleanup. */
export function onCommand(id: CommandId, run: () => void): () => void {
  const set = listeners.get(id) ?? new Set();
  listeners.set(id, set.add(run));
  return () => void set.delete(run);
}

export function runCommand(id: CommandId): void {
  for (const run of listeners.get(id) ?? []) run();
}
