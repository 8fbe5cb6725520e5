/** What a running program shows of what it does: its words, title, progress and silence. Evidence, never a conclusion. */
import type { TerminalInfo, TerminalProgress } from "../../../../shared/protocol/daemon-api.ts";
import { titleWord } from "../../../../shared/sessions/title-words.ts";
import type { Notice } from "../screen/screen-messages.ts";
import { createAttention } from "./attention.ts";

export interface ProgramSigns {
  title(): string;
  info(): Pick<TerminalInfo, "title" | "attention"> & Partial<TerminalInfo>;
  notice(notice: Notice): void;
  retitle(title: string): void;
  progress(progress: TerminalProgress | undefined): void;
  /** It has printed something. */
  printed(): void;
  typed(bytes: Uint8Array): void;
  /** A person who looks at the terminal has heard its bell. */
  heard(): void;
  /** The program has ended. */
  ended(): void;
  /** It runs again. */
  began(): void;
}

/** A program that printed nothing for so long is called silent. */
export const QUIET_MS = 10_000;

/**
 * Titles that a program shows in turn are no news: a spinner, a sign that blinks. One that it has shown so recently is told once it has
 * stood still, unless it says something else about the state.
 */
const RECENT_MS = 10_000;
/** A prompt that is told so soon after the word that a turn began is the one that began it: hooks come later than words. */
const SAME_TURN_MS = 5_000;
/** An agent that works longer than this before anything else works on a prompt, and does not merely start. */
const STARTING_MS = 10_000;
const STILL_MS = 2_000;
const MAX_RECENT = 32;

/** A spinner that turns, or a sign that blinks, stands still in what is told. */
const stillTitle = (text: string): string =>
  text
    .replace(/^[\u2801-\u28ff](?=\s)/, "\u2802")
    .replace(/^[\u25d0-\u25d3](?=\s)/, "\u25d0")
    .replace(/^\[ \. \](?=\s)/, "[ ! ]");

/** `now`: milliseconds of a steady clock. `changed` is called when `info` is another. */
export function createProgramSigns(now: () => number, changed: () => void): ProgramSigns {
  const attention = createAttention(now, changed);
  let title = "";
  let progress: TerminalProgress | undefined;
  let turnStartedAt: string | undefined;
  /** When a turn began by a word that no prompt has confirmed. */
  let unconfirmedAt = Number.NEGATIVE_INFINITY;
  /** Whether the agent's program has had a turn, or somebody has typed since the agent said that it rests: its next work is one. */
  let asked = false;
  /** A turn that may be only the agent's start, and what makes a turn of it. */
  let starting: { at: string; timer: NodeJS.Timeout } | undefined;
  let quiet = false;
  let printedAt = now();
  let timer: NodeJS.Timeout | undefined;
  let running = true;
  /** When each title was shown last, the newest last; at most 32. */
  const recent = new Map<string, number>();
  let settling: NodeJS.Timeout | undefined;

  /** Looks again when silence would be long enough: output itself only notes the time. */
  function listen(): void {
    const left = printedAt + QUIET_MS - now();
    quiet = left <= 0;
    timer = quiet ? undefined : setTimeout(listen, left).unref();
    if (quiet) changed();
  }
  listen();

  function beginTurn(at: string): void {
    asked = true;
    turnStartedAt = at;
    changed();
  }

  /** What follows a question is the same turn: a decision is no prompt. */
  function followWork({ begins, starts }: { begins?: true; starts?: true }): void {
    const word = attention.word();
    const at = now();
    const told = word === "working" && at - unconfirmedAt < SAME_TURN_MS;
    if (begins === true ? told : word === "working" || word === "waiting") {
      if (begins !== true) return;
      unconfirmedAt = Number.NEGATIVE_INFINITY;
      endStart(true);
      return;
    }
    unconfirmedAt = begins === true ? Number.NEGATIVE_INFINITY : at;
    if (starts !== true || asked) beginTurn(new Date().toISOString());
    else starting = { at: new Date().toISOString(), timer: setTimeout(() => endStart(true), STARTING_MS).unref() };
  }

  function endStart(wasTurn: boolean): void {
    if (starting === undefined) return;
    clearTimeout(starting.timer);
    const { at } = starting;
    starting = undefined;
    if (wasTurn) beginTurn(at);
  }

  function show(text: string): void {
    clearTimeout(settling);
    settling = undefined;
    if (text === title) return;
    const worked = titleWord(title) === "working";
    title = text;
    changed();
    if (worked && running && titleWord(text) === "ready") attention.ready(text);
  }

  /** Whether this title was shown a moment ago; it is remembered in any case. */
  function isRecent(text: string): boolean {
    const at = now();
    for (const [old, shown] of recent) if (at - shown > RECENT_MS) recent.delete(old);
    const known = recent.delete(text);
    const [oldest] = recent.keys();
    if (recent.size >= MAX_RECENT && oldest !== undefined) recent.delete(oldest);
    recent.set(text, at);
    return known;
  }

  return {
    title: () => title,
    info() {
      const reason = attention.reason();
      const need = attention.need();
      const word = attention.word();
      return {
        title,
        attention: reason !== undefined,
        ...(reason === undefined ? {} : { attention_reason: reason }),
        ...(need === undefined ? {} : { attention_need: need }),
        ...(word === undefined ? {} : { agent_word: word }),
        ...(turnStartedAt === undefined ? {} : { turn_started_at: turnStartedAt }),
        ...(progress === undefined ? {} : { progress }),
        ...(quiet ? { quiet } : {}),
      };
    },
    notice(notice) {
      if (!running) return;
      if (notice.kind === "working") followWork(notice);
      else if (notice.kind === "waiting" || notice.kind === "finished" || notice.kind === "failed") endStart(true);
      else if (notice.kind === "idle") endStart(false);
      attention.notice(notice);
    },
    retitle(shown) {
      const text = stillTitle(shown);
      const blinks = isRecent(text);
      if (!blinks || titleWord(text) !== titleWord(title) || !running) show(text);
      else {
        clearTimeout(settling);
        settling = setTimeout(() => show(text), STILL_MS).unref();
      }
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
    typed(bytes) {
      if (attention.word() === "idle") asked = true;
      attention.typed(bytes);
    },
    heard: () => attention.heard(),
    ended() {
      running = false;
      endStart(false);
      asked = false;
      unconfirmedAt = Number.NEGATIVE_INFINITY;
      clearTimeout(timer);
      clearTimeout(settling);
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
