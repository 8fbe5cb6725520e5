/** What agents say in their titles: the signs that Claude Code, Codex and Gemini CLI put before the text. */

/**
 * Braille patterns turn as a spinner before Codex's title and Claude Code's, halves of a circle before that of Claude Code 2.1.332; Gemini
 * CLI's star and hand stand still. Codex 0.171 blinks between `[ ! ]` and `[ . ]`.
 */
const AT_WORK = /^(?:[\u2801-\u28ff\u25d0-\u25d3]|\u2726)\ufe0f?\s/;
const WAITS = /^(?:\u270b\ufe0f?|\[ [!.] \])\s/;
/** Gemini CLI's, when a turn has ended. */
const READY = /^\u25c7\s/;

export function titleWord(title: string): "working" | "waiting" | "ready" | undefined {
  if (WAITS.test(title)) return "waiting";
  if (READY.test(title)) return "ready";
  return AT_WORK.test(title) ? "working" : undefined;
}
