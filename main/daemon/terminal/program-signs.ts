/** Owns what a running program shows of what it does: its words, title, progress and silence. Evidence, never a conclusion. */
import type { TerminalInfo, TerminalProgress } from "../../../shared/protocol/daemon-api.ts";
import { titleWord } from "../../../shared/sessions/title-words.ts";
import { createAttention } from "./attention.ts";
import type { Notice } from "./screen-messages.ts";

export interface ProgramSigns {
  title(): string;
  info(): Pick<TerminalInfo, "title" | "attention"> & Partial<TerminalInfo>;
  notice(notice: Notice): void;
  retitle(title: string): void;
  progress(progress: TerminalProgress | undefined): void;
  /** It has printed something. */
  printed(): void;
  typed(bytes: Uint8Array): void;
  /** The program has ended. */
  ended(): void;
  /** It runs again. */
  began(): void;
}

/** A program that printed nothing for so long is called silent. */
export const QUIET_MS = 60_000;

const SPINNER = /^[\u2801-\u28ff](?=\s)/;

/** `now`: milliseconds of a steady clock. `changed` is called when `info` is another. */
export function createProgramSigns(now: () => number, changed: () => void): ProgramSigns {
  const attention = createAttention(now, changed);
  let title = "";
  let progress: TerminalProgress | undefined;
  let turnStartedAt: string | undefined;
  let quiet = false;
  let printedAt = now();
  let timer: NodeJS.Timeout | undefined;
  let running = true;

  /** Looks again when silence would be long enough: output itself only notes the time. */
  function listen(): void {
    const left = printedAt + QUIET_MS - now();
    quiet = left <= 0;
    timer = quiet ? undefined : setTimeout(listen, left).unref();
    if (quiet) changed();
  }
  listen();

  return {
    title: () => title,
    info() {
      const reason = attention.reason();
      const word = attention.word();
      return {
        title,
        attention: reason !== undefined,
        ...(reason === undefined ? {} : { attention_reason: reason }),
        ...(word === undefined ? {} : { agent_word: word }),
        ...(turnStartedAt === undefined ? {} : { turn_started_at: turnStartedAt }),
        ...(progress === undefined ? {} : { progress }),
        ...(quiet ? { quiet } : {}),
      };
    },
    notice(notice) {
      if (!running) return;
      if (notice.kind === "working" && attention.word() !== "working") {
        turnStartedAt = new Date().toISOString();
        changed();
      }
      attention.notice(notice);
    },
    retitle(text) {
      // A spinner that turns is no news.
      const still = text.replace(SPINNER, "\u2802");
      if (still === title) return;
      const worked = titleWord(title) === "working";
      title = still;
      changed();
      if (worked && running && titleWord(still) === "ready") attention.ready(still);
    },
    progress(next) {
      if (!running || (next?.state === progress?.state && next?.percent === progress?.percent)) return;
      progress = next;
      changed();
    },
    printed() {
      printedAt = now();
      if (timer !== undefined || !running) return;
      listen();
      changed();
    },
    typed: attention.typed,
    ended() {
      running = false;
      clearTimeout(timer);
      timer = undefined;
      attention.clear();
      progress = undefined;
      quiet = false;
    },
    began() {
      running = true;
      printedAt = now();
      clearTimeout(timer);
      listen();
    },
  };
}
