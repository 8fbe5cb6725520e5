/** Remembers what each name meant that an agent was shown, so that it never comes to mean another server's tool or prompt. */
import type { ToolMenu, ToolOwner } from "./tool-menu.ts";

/** Names of one server that are remembered. A server that keeps inventing new ones gets no more room, and takes none of the others'. */
const MAX_NAMES = 4_000;

export interface ShownNames {
  /** What this name was shown as; undefined for one that never was. */
  of(name: string): ToolOwner | undefined;
  /** The agent is shown these. */
  show(menu: ToolMenu): void;
  /** Grows with each name that is remembered. */
  readonly size: number;
}

export function createShownNames(): ShownNames {
  const shown = new Map<string, ToolOwner>();
  const counts = new Map<string, number>();
  return {
    of: (name) => shown.get(name),
    show(menu) {
      for (const [name, owner] of menu.owners) {
        const count = counts.get(owner.server) ?? 0;
        if (shown.has(name) || count >= MAX_NAMES) continue;
        counts.set(owner.server, count + 1);
        shown.set(name, owner);
      }
    },
    get size() {
      return shown.size;
    },
  };
}
