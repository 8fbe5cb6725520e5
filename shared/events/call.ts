/** Owns what is known of one tool call at a moment, folded from its events. */
import type { ToolEvent } from "./tool-event.ts";

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
  readonly args: unknown;
  readonly result: unknown;
  readonly cut: ToolEvent["cut"];
  readonly error: ToolEvent["error"];
  /** Position in bytes in the terminal's output when it started. */
  readonly offset: number | undefined;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export const isOpen = (call: Call): boolean => call.state === "running" || call.state === "queued";
