/** What a script can wait for, and whether a session has come to it. Pure. */
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";

export type Until = { kind: "done" } | { kind: "needs-you" } | { kind: "output"; text: string };
export type Met = Until["kind"];

/** `words`: those behind `--until`, as `done`, `needs-you`, `output`, `<text>`. Fault: `bad-condition`. */
export function readUntil(words: readonly string[]): Result<Until[]> {
  const all: Until[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === "done" || word === "needs-you") all.push({ kind: word });
    // Quoted with its text, too.
    else if (word?.startsWith("output ") && word.length > 7) all.push({ kind: "output", text: word.slice(7) });
    else if (word === "output") {
      const text = words[at + 1];
      at += 1;
      if (!text) return failed("bad-condition", "`--until output` wants the text that is to be printed.");
      all.push({ kind: "output", text });
    } else return failed("bad-condition", `There is no condition “${word}”.`, "done, needs-you and output <text> are.");
  }
  return all.length > 0 ? ok(all) : failed("bad-condition", "Say what to wait for.", "--until done, for example.");
}

export const hasEnded = ({ terminal }: SessionView): boolean =>
  terminal.state === "exited" || terminal.state === "failed" || terminal.state === "gone";

/** Which of the conditions the session's state meets. What it printed is looked at elsewhere. */
export function metBy(view: SessionView, until: readonly Until[]): Met | undefined {
  const { status } = view;
  const wants = (kind: Met) => until.some((each) => each.kind === kind);
  const turnEnded = status.state === "needs_you" && (status.needs === "prompt" || status.needs === "failure");
  if (wants("done") && (turnEnded || hasEnded(view))) return "done";
  if (wants("needs-you") && status.state === "needs_you") return "needs-you";
  return undefined;
}
