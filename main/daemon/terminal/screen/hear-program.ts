/** What is heard of a program in what it prints: bells, notifications, its agent's words and its progress. */
import type { Terminal } from "@xterm/headless";
import { agentWord, type SaidWord, stateWord } from "../../../../shared/protocol/agent-words.ts";
import type { TerminalProgress } from "../../../../shared/protocol/daemon-api.ts";
import { oneLine } from "../../../../shared/text/visible.ts";
import type { Notice } from "./screen-messages.ts";

export interface ProgramHearing {
  onNotice(notice: Notice): void;
  /** Undefined when the program has taken it away. */
  onProgress(progress: TerminalProgress | undefined): void;
}

const MAX_NOTICE_CHARACTERS = 120;

export function hearProgram(terminal: Terminal, { onNotice, onProgress }: ProgramHearing): void {
  const notify = (text: string) => onNotice({ kind: "notification", text: oneLine(text, MAX_NOTICE_CHARACTERS) });
  terminal.onBell(() => onNotice({ kind: "bell" }));
  terminal.parser.registerOscHandler(9, (data) => {
    // `9;<number>` are ConEmu's commands; plain text is a notification.
    const [, command] = /^(\d+)(?:;|$)/.exec(data) ?? [];
    if (command === undefined) notify(data);
    else if (command === "4") readProgress(data, onProgress);
    return false;
  });
  terminal.parser.registerOscHandler(777, (data) => {
    const said = agentWord(data);
    if (said !== undefined) onNotice(noticeOf(said));
    else if (data.startsWith("notify;")) notify(data.slice("notify;".length).replace(";", ": "));
    return false;
  });
  terminal.parser.registerOscHandler(7501, (data) => {
    const said = stateWord(data);
    if (said !== undefined) onNotice(noticeOf(said));
    return false;
  });
}

/** What it says in its own words is shown as one harmless line, and only where it says why a person is needed. */
function noticeOf({ word, begins, starts, message, text: plain }: SaidWord): Notice {
  if (word === "working") return { kind: word, ...(begins && { begins }), ...(starts && { starts }) };
  if (word !== "waiting" && word !== "failed") return { kind: word };
  const said = plain ?? Buffer.from(message ?? "", "base64").toString("utf8");
  const text = oneLine(said, MAX_NOTICE_CHARACTERS).trim();
  return text === "" ? { kind: word } : { kind: word, text };
}

const STATES: readonly (TerminalProgress["state"] | "none" | undefined)[] = [
  "none",
  "value",
  "error",
  "indeterminate",
  "paused",
];

/** OSC 9;4, as ConEmu and Windows Terminal have it: `4;<state>;<percent>`; anything else tells nothing. */
function readProgress(data: string, tell: (progress: TerminalProgress | undefined) => void): void {
  const [, code, number] = /^4;(\d)(?:;(\d{0,3}))?;?$/.exec(data) ?? [];
  const state = code === undefined ? undefined : STATES[Number(code)];
  if (state === undefined) return;
  if (state === "none") tell(undefined);
  else if (state === "indeterminate" || !number) tell(state === "value" ? { state, percent: 0 } : { state });
  else tell({ state, percent: Math.min(100, Number(number)) });
}
