/** What is said of a session's state, and the evidence for it: never a guess presented as a fact. */
import type { AgentWord } from "../protocol/agent-words.ts";
import type { SessionNeed, SessionStatus, SessionView } from "../protocol/app-frames.ts";
import type { Asks, TerminalProgress } from "../protocol/daemon-api.ts";
import { titleWord } from "./title-words.ts";

export interface StatusFacts {
  terminal: SessionView["terminal"];
  /** From a bell, a notification or an agent's own word until somebody types. */
  attention: boolean;
  /** What asked for it; its bell when nothing else is known. */
  attentionReason?: string | undefined;
  attentionNeed?: SessionNeed | undefined;
  /** What the program shows of itself besides. */
  signs?: TerminalSigns | undefined;
  /** What waits for a person in the inbox. */
  asks?: Asks | undefined;
  calls: SessionView["calls"];
  /** The last tool that is known to run. */
  lastTool: string | undefined;
  /** False while the daemon that would tell is not connected. */
  connected: boolean;
}

export interface TerminalSigns {
  word?: AgentWord | undefined;
  progress?: TerminalProgress | undefined;
  /** Nothing was printed for a while (program-signs.ts says how long). */
  quiet?: boolean | undefined;
}

/**
 * The strongest evidence decides: the program's end, then what waits in the inbox, then its call for attention, then running calls, then the agent's word that it
 * works, then its title and its progress, then that it runs at all, and last that it is silent.
 */
export function deriveStatus(facts: StatusFacts): Omit<SessionStatus, "since"> {
  const { terminal, calls } = facts;
  switch (terminal.state) {
    case "failed":
      return { state: "failed", evidence: terminal.reason ?? "the terminal could not be started" };
    case "exited":
      return ofExit(terminal);
    case "gone":
      return { state: "unknown", evidence: terminal.reason ?? "the daemon that ran it is gone" };
    case "starting":
      return { state: "starting", evidence: "the program is being started" };
    case "none":
    case "running":
      break;
  }
  if (!facts.connected) return { state: "unknown", evidence: "the daemon is not connected" };
  if (facts.asks !== undefined) {
    const more = facts.asks.open > 1 ? `, and ${facts.asks.open - 1} more` : "";
    return { state: "needs_you", needs: "answer", evidence: `${facts.asks.first}${more}` };
  }
  if (facts.attention) {
    const reason = facts.attentionReason ?? "the terminal rang its bell";
    const needs = facts.attentionNeed ?? "attention";
    return { state: "needs_you", needs, evidence: `${reason}, and no key was pressed since` };
  }
  if (calls.running === 1 && facts.lastTool !== undefined)
    return { state: "running", evidence: `${facts.lastTool} runs` };
  if (calls.running > 0) return { state: "running", evidence: `${calls.running} calls run` };
  if (terminal.state === "none") return { state: "unknown", evidence: "only its tool calls are seen here" };
  return ofSigns(terminal.title ?? "", facts.signs ?? {});
}

/** What the running program shows of itself. A title or a bar is what it says, and is told as that. */
function ofSigns(title: string, { word, progress, quiet }: TerminalSigns): Omit<SessionStatus, "since"> {
  const running = (evidence: string) => ({ state: "running" as const, evidence });
  if (word === "working") return running("the agent said that it works");
  const said = titleWord(title);
  if (said === "waiting") return { state: "needs_you", needs: "decision", evidence: `its title says: ${title}` };
  if (said === "working") return running(`its title says: ${title}`);
  if (progress !== undefined) return running(ofProgress(progress));
  const idle = (evidence: string) => ({ ...running(evidence), idle: true as const });
  if (word === "idle") return idle("the program runs; the agent said that it is idle");
  return quiet === true ? idle("the program runs and prints nothing") : running("the program runs");
}

function ofProgress({ state, percent }: TerminalProgress): string {
  const at = percent === undefined ? "" : ` at ${percent} %`;
  switch (state) {
    case "value":
      return `its progress bar stands${at}`;
    case "indeterminate":
      return "its progress bar moves, without a measure";
    case "error":
      return `its progress bar shows an error${at}`;
    case "paused":
      return `its progress bar is paused${at}`;
  }
}

function ofExit(terminal: SessionView["terminal"]): Omit<SessionStatus, "since"> {
  const { code, signal } = terminal;
  if (signal !== null && signal !== undefined) return { state: "failed", evidence: `ended by ${signal}` };
  if (code === 0) return { state: "finished", evidence: "exit code 0" };
  return code === null || code === undefined
    ? { state: "unknown", evidence: "exited, exit status unknown" }
    : { state: "failed", evidence: `exit code ${code}` };
}

/** The status with the moment since which it holds: an unchanged state keeps its moment, and so does its rest. */
export function withSince(
  status: Omit<SessionStatus, "since">,
  before: SessionStatus | undefined,
  now: string,
): SessionStatus {
  return { ...status, since: before?.state === status.state && before.idle === status.idle ? before.since : now };
}
