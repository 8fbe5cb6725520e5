/** Defines what a report of an agent says once it is read: the same for every agent. */
import type { AgentToolKind } from "../../../shared/events/agent-tool.ts";

export interface ToolEnd {
  /** Undefined: nobody said how it ended. */
  ok: boolean | undefined;
  /** What a row says: `exit code 3`, `+3 −1`. */
  note?: string;
  /** What is shown as the result; of a call that failed the words of the failure. */
  text?: string;
  /** Facts beside the text: exit code, path, lines. */
  facts?: Record<string, unknown>;
  durationMs?: number;
}

export interface ReportedTool {
  /** The agent's own name of the call. */
  id: string;
  tool: string;
  kind: AgentToolKind;
  args: unknown;
  /** The subagent whose call it is. */
  by?: string;
}

export type AgentReport =
  /** `fresh`: the agent has no earlier call open in it. */
  | { type: "conversation"; id: string }
  | { type: "started"; call: ReportedTool }
  /** `task`: it keeps running in the background under this name. `agent`: the subagent that it started. */
  | { type: "ended"; call: ReportedTool; end: ToolEnd; task?: string; agent?: string }
  | { type: "subagent-started"; agent: string; of?: string }
  | { type: "subagent-ended"; agent: string; end: ToolEnd }
  /** What went on in the background has ended. */
  | { type: "task-ended"; task: string; call?: string; end: ToolEnd }
  /** A turn is over: what is not among `tasks` does not run any more. */
  | { type: "turn-over"; tasks: readonly string[] };
