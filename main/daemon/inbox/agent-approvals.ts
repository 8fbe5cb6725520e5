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
const eventSchema = z.object({
  hook_event_name: z.string(),
  tool_name: z.string().optional(),
  tool_input: z.unknown().optional(),
});
const OVER = new Set(["Stop", "StopFailure", "UserPromptSubmit", "SessionEnd", "SessionStart"]);
const RAN = new Set(["PostToolUse", "PostToolUseFailure"]);
/** The name that we have as a server for Claude Code. */
const OUR_TOOLS = "mcp__signalbox__";

interface Open {
  session: string;
  tool: string;
  input: string;
  asked: Asked;
  end: () => void;
}

export function createAgentApprovals({ inbox, serverOf }: AgentApprovalsOptions): AgentApprovals {
  const open = new Set<Open>();
  return {
    claude(session, value, signal) {
      const read = check(requestSchema, value);
      if (!read.ok || signal.aborted) return Promise.resolve(undefined);
      const { tool_name: tool, tool_input: input } = read.value;
      return new Promise((resolve) => {
        const name = session.agent === "claude" || session.agent === undefined ? "Claude Code" : session.agent;
        const asked = inbox.ask(
          {
            kind: "approval",
            session: session.id,
            ...named(tool, name, serverOf),
            args: input,
            answer_at: "both",
            decisions: ["once", "refuse"],
          },
          ({ decision, words }) => {
            open.delete(item);
            resolve(
              printed(decision === "refuse" ? { behavior: "deny", message: refusal(words) } : { behavior: "allow" }),
            );
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

/** A call of an upstream server's tool is asked for in that server's name. */
function named(tool: string, agent: string, serverOf: (tool: string) => string | undefined) {
  if (!tool.startsWith(OUR_TOOLS)) return { from: agent, tool, text: `${agent} wants to use “${oneLine(tool, 100)}”.` };
  const own = tool.slice(OUR_TOOLS.length);
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
