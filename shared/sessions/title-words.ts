/** Owns what agents say in their titles: the signs that Claude Code, Codex and Gemini CLI put before the text. */

/** Braille patterns turn as a spinner before Claude Code's and Codex's titles; Gemini CLI's star and hand stand still. */
const AT_WORK = /^(?:[\u2801-\u28ff]|\u2726)\ufe0f?\s/;
const WAITS = /^\u270b\ufe0f?\s/;
/** Gemini CLI's, when a turn has ended. */
const READY = /^\u25c7\s/;

export function titleWord(title: string): "working" | "waiting" | "ready" | undefined {
  if (WAITS.test(title)) return "waiting";
  if (READY.test(title)) return "ready";
  return AT_WORK.test(title) ? "working" : undefined;
}
