/** What an agent asks its person before it acts, answered from the inbox as well: whichever answer comes first counts. */
import { check, z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { Asked, Inbox } from "./inbox.ts";

export interface AgentApprovals {
  /**
   * Claude Code's hook `PermissionRequest`: gives what the hook is to print, or undefined where the agent's own dialog decides.
   * `signal`: the hook has ended.
   */
  claude(session: Asker, value: unknown, signal: AbortSignal): Promise<JsonObject | undefined>;
  /**
   * opencode's event `permission.asked`, as its plugin passes it on: gives what the plugin is to reply, or undefined where the agent's
   * own dialog has decided. `signal`: it was answered there, or the plugin has ended.
   */
  opencode(session: Asker, value: unknown, signal: AbortSignal): Promise<JsonObject | undefined>;
  /** What an agent reports tells that it was answered there: the tool has run, or its turn is over. */
  heard(session: string, value: unknown): void;
}

interface Asker {
  readonly id: string;
  readonly agent: string | undefined;
}

export interface AgentApprovalsOptions {
  inbox: Pick<Inbox, "ask">;
  /** The server that has a tool of this name, where that is only one. */
  serverOf: (tool: string) => string | undefined;
}

const requestSchema = z.object({ tool_name: z.string().min(1).max(300), tool_input: z.custom<JsonObject>(isObject) });
/** As 1.18.33 sends it. */
const askedSchema = z.object({
  permission: z.string().min(1).max(300),
  patterns: z.array(z.string()).optional(),
  metadata: z.custom<JsonObject>(isObject).optional(),
});
const eventSchema = z.object({
  hook_event_name: z.string(),
  tool_name: z.string().optional(),
  tool_input: z.unknown().optional(),
});
const OVER = new Set(["Stop", "StopFailure", "UserPromptSubmit", "SessionEnd", "SessionStart"]);
const RAN = new Set(["PostToolUse", "PostToolUseFailure"]);
/** The name that we have as a server: for Claude Code, and for opencode. */
const OUR_TOOLS = "mcp__signalbox__";
const OUR_TOOLS_AT_OPENCODE = "signalbox_";

interface Open {
  session: string;
  tool: string;
  input: string;
  asked: Asked;
  end: () => void;
}

export function createAgentApprovals({ inbox, serverOf }: AgentApprovalsOptions): AgentApprovals {
  const open = new Set<Open>();
  /** Resolves with the person's decision, or undefined where the agent's own dialog has decided. */
  const ask = (
    session: Asker,
    { tool, shown, input }: { tool: string; shown: ReturnType<typeof named>; input: JsonObject },
    signal: AbortSignal,
  ): Promise<JsonObject | undefined> => {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const asked = inbox.ask(
        {
          kind: "approval",
          session: session.id,
          ...shown,
          args: input,
          answer_at: "both",
          decisions: ["once", "refuse"],
        },
        (decided) => {
          open.delete(item);
          resolve(decided);
        },
      );
      // Its own dialog is there all the time.
      if (!asked.ok) return resolve(undefined);
      const item: Open = {
        session: session.id,
        tool,
        input: JSON.stringify(input),
        asked: asked.value,
        end: () => {
          open.delete(item);
          resolve(undefined);
        },
      };
      open.add(item);
      signal.addEventListener(
        "abort",
        () => {
          if (!open.has(item)) return;
          item.asked.answeredElsewhere("the agent");
          item.end();
        },
        { once: true },
      );
    });
  };

  return {
    async claude(session, value, signal) {
      const read = check(requestSchema, value);
      if (!read.ok) return undefined;
      const { tool_name: tool, tool_input: input } = read.value;
      const name = session.agent === "claude" || session.agent === undefined ? "Claude Code" : session.agent;
      const own = tool.startsWith(OUR_TOOLS) ? tool.slice(OUR_TOOLS.length) : undefined;
      const decided = await ask(session, { tool, shown: named(tool, own, name, serverOf), input }, signal);
      if (decided === undefined) return undefined;
      const { decision, words } = decided;
      return printed(decision === "refuse" ? { behavior: "deny", message: refusal(words) } : { behavior: "allow" });
    },
    async opencode(session, value, signal) {
      const read = check(askedSchema, value);
      if (!read.ok) return undefined;
      const { permission: tool, patterns, metadata = {} } = read.value;
      const own = tool.startsWith(OUR_TOOLS_AT_OPENCODE) ? tool.slice(OUR_TOOLS_AT_OPENCODE.length) : undefined;
      const input = { ...(patterns !== undefined && { patterns }), ...metadata };
      const decided = await ask(session, { tool, shown: named(tool, own, "opencode", serverOf), input }, signal);
      if (decided === undefined) return undefined;
      const { decision, words } = decided;
      return decision === "refuse" ? { reply: "reject", message: refusal(words) } : { reply: "once" };
    },
    heard(session, value) {
      // Reports are many and large, and few come while somebody is asked.
      const read = open.size === 0 ? undefined : check(eventSchema, value);
      if (read?.ok !== true) return;
      const { hook_event_name: event, tool_name, tool_input } = read.value;
      const isOver = OVER.has(event);
      if (!isOver && !RAN.has(event)) return;
      const input = JSON.stringify(tool_input);
      for (const item of [...open]) {
        if (item.session !== session) continue;
        if (!isOver && (item.tool !== tool_name || item.input !== input)) continue;
        item.asked.answeredElsewhere("the agent");
        item.end();
      }
    },
  };
}

/** A call of an upstream server's tool, which is `own` among ours, is asked for in that server's name. */
function named(
  tool: string,
  own: string | undefined,
  agent: string,
  serverOf: (tool: string) => string | undefined,
): { from: string; server?: string; tool: string; text: string } {
  if (own === undefined) return { from: agent, tool, text: `${agent} wants to use “${oneLine(tool, 100)}”.` };
  const server = serverOf(own);
  const shown = oneLine(own, 100);
  if (server === undefined) return { from: agent, tool: own, text: `${agent} wants to call “${shown}”.` };
  return { from: server, server, tool: own, text: `${agent} wants to call “${shown}” of “${oneLine(server, 80)}”.` };
}

const refusal = (words: unknown): string =>
  typeof words === "string" ? `refused by the person: ${words}` : "refused by the person";

const printed = (decision: JsonObject): JsonObject => ({
  hookSpecificOutput: { hookEventName: "PermissionRequest", decision },
});
