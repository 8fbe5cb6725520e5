/** What a scene is: everything that a gateway would say to one page, as data. */

import type { ToolEvent } from "../../../shared/events/tool-event.ts";
import type { Me } from "../../../shared/protocol/access.ts";
import type { AgentTemplate } from "../../../shared/protocol/agent-templates.ts";
import type { AppState, SessionView } from "../../../shared/protocol/app-frames.ts";
import type { EventServerFrame } from "../../../shared/protocol/event-frames.ts";
import type { AgentView } from "../../../shared/protocol/gateway-api.ts";
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import type { OutboxEntryView } from "../../../shared/protocol/outbox-api.ts";

/**
 * A key such as `F1` or `Control+,` is pressed, any other text typed. `click` names a tab, button or field, or the
 * terminal; with `narrow` it is done in a window below 760 px alone. `see` waits for a text.
 */
export type Act = string | { click: string; narrow?: true } | { see: string };

export interface TerminalScene {
  /** Escape sequences that paint the screen, as wide as it is. */
  screen: (cols: number) => string;
  /** Lines of prompts, counted from the last one. */
  prompts?: number[];
  exit?: { code: number | null; signal: string | null };
  error?: { code: string; message: string };
}

export interface Scene {
  /** Also the name of its picture. */
  name: string;
  /** Path at which the page is opened. */
  path: string;
  app: AppState;
  agents: AgentView[];
  recentFolders: string[];
  /** Per session. */
  events: Record<string, EventServerFrame[]>;
  terminals: Record<string, TerminalScene>;
  /** Sockets that are closed again a moment after they opened. */
  drop?: "app" | "terminal";
  outbox?: OutboxEntryView[];
  inbox?: InboxEntry[];
  /** What is done once the page is there, one after the other: see `Act`. */
  acts?: Act[];
  /** Who the page is to the gateway; the owner when absent. */
  me?: Me;
  /** When the agent said that turns began, ISO 8601, by session. */
  turns?: Record<string, string[]>;
  templates?: AgentTemplate[];
  /** What the page keeps in its storage. */
  settings?: Record<string, unknown>;
  /** False: the page comes without a token. */
  signedIn?: boolean;
}

/** A moment before `now`, ISO 8601. */
export const ago = (now: number, seconds: number): string => new Date(now - seconds * 1_000).toISOString();

export function session(now: number, change: Partial<SessionView> & Pick<SessionView, "id" | "label">): SessionView {
  return {
    agent: "claude",
    agent_name: "Claude Code",
    cwd: "/home/me/src/api",
    command: "claude",
    created_at: ago(now, 600),
    status: { state: "running", evidence: "a tool call is running", since: ago(now, 240) },
    terminal: { state: "running" },
    calls: { total: 0, running: 0, failed: 0 },
    ...change,
  };
}

/** Builds one session's log from calls in the order of their start. */
export class LogBuilder {
  readonly #now: number;
  readonly #timeline: { at: number; event: ToolEvent }[] = [];
  readonly #gaps: { at: number; missed: number | null; from: string; to: string; outcomes_lost?: boolean }[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  /** `startedAgo` and `took` in seconds; without `end` the call still runs. */
  call(options: {
    id: string;
    tool: string;
    server?: string;
    startedAgo: number;
    took?: number;
    end?: "finished" | "failed" | "cancelled" | "queued" | "delivered" | "discarded";
    steps?: { after: number; progress?: number; total?: number; message?: string }[];
    args?: unknown;
    result?: unknown;
    error?: { code?: number | string; message: string };
    message?: string;
  }): this {
    const base = this.#now - options.startedAgo * 1_000;
    const common = {
      tool: options.tool,
      call: options.id,
      token: options.id,
      ...(options.server === undefined ? {} : { server: options.server }),
    };
    const push = (after: number, event: Partial<ToolEvent>) => {
      const at = base + after * 1_000;
      this.#timeline.push({ at, event: { ...common, timestamp: new Date(at).toISOString(), ...event } });
    };
    push(0, { kind: "started", ...(options.args === undefined ? {} : { args: options.args }) });
    for (const { after, ...step } of options.steps ?? []) push(after, { kind: "progress", ...step });
    if (options.end !== undefined) {
      const took = options.took ?? 0;
      push(took, {
        kind: options.end,
        duration_ms: Math.round(took * 1_000),
        ...(options.result === undefined ? {} : { result: options.result }),
        ...(options.error === undefined ? {} : { error: options.error }),
        ...(options.message === undefined ? {} : { message: options.message }),
      });
    }
    return this;
  }

  gap(startedAgo: number, seconds: number, missed: number | null, outcomesLost = false): this {
    const at = this.#now - startedAgo * 1_000;
    this.#gaps.push({
      at,
      missed,
      from: new Date(at - seconds * 1_000).toISOString(),
      to: new Date(at).toISOString(),
      ...(outcomesLost ? { outcomes_lost: true } : {}),
    });
    return this;
  }

  frames(): EventServerFrame[] {
    const all = [
      ...this.#timeline.map(({ at, event }) => ({ at, event })),
      ...this.#gaps.map(({ at, ...gap }) => ({ at, event: { kind: "gap" as const, ...gap } })),
    ].sort((a, b) => a.at - b.at);
    const events = all.map(({ at, event }, index) => ({ seq: index + 1, at: new Date(at).toISOString(), event }));
    return [{ events }, { status: "live" }];
  }
}
