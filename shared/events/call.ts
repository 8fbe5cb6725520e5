/** What is known of one tool call at a moment, folded from its events. */
import type { AgentToolKind } from "./agent-tool.ts";
import type { LeftWhy, ToolEvent } from "./tool-event.ts";

/**
 * `unknown` means that nobody will say how it ended: the daemon that ran it is gone, or never reports outcomes.
 * `queued`, `delivered` and `discarded` belong to writes that wait in the outbox.
 */
export type CallState =
  | "running"
  | "finished"
  | "failed"
  | "cancelled"
  | "queued"
  | "delivered"
  | "discarded"
  | "unknown";

export interface Call {
  /** Its name in the session's history (call-id.ts). */
  readonly id: string;
  readonly tool: string;
  readonly server: string | undefined;
  /** Progress token, by which later events of a daemon that names no calls are told to be of this one. */
  readonly token: ToolEvent["token"];
  readonly state: CallState;
  /** ISO 8601, the daemon's clock where it gives one. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** Milliseconds, measured by the daemon; undefined where nobody measured. */
  readonly durationMs: number | undefined;
  readonly progress: number | undefined;
  readonly total: number | undefined;
  readonly message: string | undefined;
  /** When the last event about it happened. */
  readonly updatedAt: string;
  /** Progress events seen; under conflation fewer than were sent. */
  readonly updates: number;
  /** Progress values that went backwards and were therefore ignored. */
  readonly regressions: number;
  /** Running when events went missing: its end may be among them. Cleared by its next event. */
  readonly uncertain: boolean;
  /** What it is about, in one short line (call-about.ts); kept where the arguments are not. */
  readonly about?: string;
  readonly args: unknown;
  readonly result: unknown;
  readonly cut: ToolEvent["cut"];
  /** What of arguments, result and messages is shorter here than it was, or kept beside the events. */
  readonly parts?: ToolEvent["parts"];
  readonly error: ToolEvent["error"];
  /** Position in bytes in the terminal's output when it started. */
  readonly offset: number | undefined;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The agent stopped waiting for it so many milliseconds after it began: it does not have the result of what ended later. */
  readonly left?: { readonly why: LeftWhy; readonly afterMs: number; readonly reason?: string | undefined } | undefined;
  /** Made with a tool of the agent's own; `within`: the call of the subagent that made it, by its name here. */
  readonly agent?: { readonly kind: AgentToolKind; readonly within?: string | undefined } | undefined;
  /** Two calls may stand here as one: an earlier version let the calls of a new daemon run take the names of old ones. */
  readonly mixed?: true;
}

/** Whether a person can end it: it runs at a server, and not inside the agent. */
export const isStoppable = (call: Call): boolean => call.state === "running" && call.agent === undefined;

export const isOpen = (call: Call): boolean => call.state === "running" || call.state === "queued";
