/** Owns whether a program needs a person, and what says so. */
import type { Notice } from "./screen-messages.ts";

export interface Attention {
  /** Why a person is needed, as a sentence; undefined when none is. */
  reason(): string | undefined;
  notice(notice: Notice): void;
  /** A person has typed. */
  typed(): void;
  /** The program has ended. */
  clear(): void;
}

/** A bell so soon after a keystroke answers it (a completion that is not unique) and calls nobody. */
const BELL_ANSWERS_MS = 1_000;

/** `now`: milliseconds of a steady clock. `changed` is called when the reason is another. */
export function createAttention(now: () => number, changed: () => void): Attention {
  let reason: string | undefined;
  let typedAt = Number.NEGATIVE_INFINITY;

  function set(next: string | undefined): void {
    if (next === reason) return;
    reason = next;
    changed();
  }

  return {
    reason: () => reason,
    notice(notice) {
      // Whatever asked before said more than a bell does.
      if (notice.kind === "bell" && (reason !== undefined || now() - typedAt < BELL_ANSWERS_MS)) return;
      set(reasonOf(notice));
    },
    typed() {
      typedAt = now();
      set(undefined);
    },
    clear() {
      reason = undefined;
    },
  };
}

function reasonOf(notice: Notice): string | undefined {
  switch (notice.kind) {
    case "bell":
      return "the terminal rang its bell";
    case "notification":
      return notice.text === "" ? "the terminal sent a notification" : `the terminal says: ${notice.text}`;
    case "waiting":
      return "the agent waits for your decision";
    case "finished":
      return "the agent has finished its turn";
    case "working":
      return undefined;
  }
}
