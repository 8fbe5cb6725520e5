/** Decides whether a program needs a person, and what says so; and the last word that its agent said of itself. */
import type { AgentWord } from "../../../../shared/protocol/agent-words.ts";
import type { SessionNeed } from "../../../../shared/protocol/app-frames.ts";
import type { Notice } from "../screen/screen-messages.ts";

export type Need = Exclude<SessionNeed, "answer">;

export interface Attention {
  /** Why a person is needed, as a sentence; undefined when none is. */
  reason(): string | undefined;
  /** What for; undefined when no person is needed. */
  need(): Need | undefined;
  /** What the agent said last; undefined when it said nothing, or was interrupted since. */
  word(): AgentWord | undefined;
  notice(notice: Notice): void;
  /** Its title said that it works, and says now that it is ready. */
  ready(title: string): void;
  /** A person has typed this. */
  typed(bytes: Uint8Array): void;
  /** A person who looks at the terminal has heard its bell. */
  heard(): void;
  /** The program has ended. */
  clear(): void;
}

/** What comes so soon after a keystroke answers it (a completion that is not unique, a turn that was interrupted) and calls nobody. */
const ANSWERS_MS = 1_000;
/** Ctrl+C and Escape: plain, in kitty's keyboard protocol, and as modifyOtherKeys has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the control sequences themselves.
const INTERRUPTS = /^(?:\u0003|\u001b|\u001b\[(?:99;5|27(?:;1)?)(?::1)?u|\u001b\[27;5;99~)$/;
const MAX_INTERRUPT_BYTES = 12;
/** Its viewer may say that a bell was heard before the bell itself has been noticed here, or after. */
const HEARD_MS = 1_000;
const BELL = "the terminal rang its bell";
const WAITS = "the agent waits for your decision";
const FAILED = "the agent's turn failed";

/** `now`: milliseconds of a steady clock. `changed` is called when the reason or the word is another. */
export function createAttention(now: () => number, changed: () => void): Attention {
  let reason: string | undefined;
  let need: Need | undefined;
  let word: AgentWord | undefined;
  let typedAt = Number.NEGATIVE_INFINITY;
  let heardAt = Number.NEGATIVE_INFINITY;

  function set(nextReason: string | undefined, nextWord: AgentWord | undefined, nextNeed: Need = "attention"): void {
    if (nextReason === reason && nextWord === word) return;
    if (nextReason === undefined) need = undefined;
    else if (nextReason !== reason) need = nextNeed;
    reason = nextReason;
    word = nextWord;
    changed();
  }

  const answers = () => now() - typedAt < ANSWERS_MS;

  return {
    reason: () => reason,
    need: () => need,
    word: () => word,
    notice(notice) {
      switch (notice.kind) {
        case "bell":
          // Whatever asked before said more than a bell does.
          if (reason === undefined && !answers() && now() - heardAt >= HEARD_MS) set(BELL, word);
          break;
        case "notification":
          set(
            notice.text === "" ? "the terminal sent a notification" : `the terminal says: ${notice.text}`,
            word,
            need,
          );
          break;
        case "waiting":
          // Claude Code's hooks say again, without words, what it has told its terminal in words.
          if (word === "waiting" && reason?.startsWith(WAITS) === true && notice.text === undefined) break;
          set(withWords(WAITS, notice.text), "waiting", "decision");
          break;
        case "finished":
          set("the agent has finished its turn", "finished", "prompt");
          break;
        case "failed": {
          const why = withWords(FAILED, notice.text);
          // A turn fails once; of two ways to say it, the longer one says more.
          if (word === "failed" && reason?.startsWith(FAILED) === true && reason.length >= why.length) break;
          set(why, "failed", "failure");
          break;
        }
        case "working":
          set(undefined, "working");
          break;
        case "idle":
          // That it rests after its turn does not take back that the turn has ended.
          set(word === "waiting" ? undefined : reason, "idle");
      }
    },
    ready(title) {
      if (reason === undefined && !answers()) set(`its title says: ${title}`, word, "prompt");
    },
    typed(bytes) {
      typedAt = now();
      // Claude Code says nothing more of a turn that was interrupted, or of a decision that was refused.
      const interrupts = bytes.length <= MAX_INTERRUPT_BYTES && INTERRUPTS.test(String.fromCharCode(...bytes));
      set(undefined, interrupts && (word === "working" || word === "waiting") ? undefined : word);
    },
    heard() {
      heardAt = now();
      if (reason === BELL) set(undefined, word);
    },
    clear() {
      reason = undefined;
      need = undefined;
      word = undefined;
    },
  };
}

const withWords = (reason: string, text: string | undefined): string =>
  text === undefined ? reason : `${reason}: ${text}`;
