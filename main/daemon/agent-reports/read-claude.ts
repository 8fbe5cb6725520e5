/** Reads what a hook of Claude Code is given, as 2.1.197 and 2.1.332 write it, and as Qwen Code does after them. */
import { check, lenient, z } from "../../../shared/protocol/schema.ts";
import type { AgentReport, ReportedTool, ToolEnd } from "./agent-report.ts";
import { type Diff, diffNote, diffOf, newFile } from "./diff-text.ts";
import { toolKind } from "./tool-kind.ts";

const text = lenient(z.string());
const hunkSchema = z.object({
  oldStart: z.number(),
  oldLines: z.number(),
  newStart: z.number(),
  newLines: z.number(),
  lines: z.array(z.string()),
});
const responseSchema = z.looseObject({
  stdout: text,
  stderr: text,
  interrupted: lenient(z.boolean()),
  backgroundTaskId: text,
  structuredPatch: lenient(z.array(hunkSchema)),
  type: text,
  content: z.unknown().optional(),
  status: text,
  agentId: text,
});
type Response = z.output<typeof responseSchema>;

const hookSchema = z.looseObject({
  hook_event_name: z.string(),
  session_id: text,
  tool_name: text,
  tool_use_id: text,
  tool_input: z.unknown().optional(),
  tool_response: z.unknown().optional(),
  error: text,
  is_interrupt: lenient(z.boolean()),
  duration_ms: lenient(z.number()),
  agent_id: text,
  agent_type: text,
  last_assistant_message: text,
  prompt: text,
  background_tasks: lenient(z.array(z.looseObject({ id: z.string() }))),
});
type Hook = z.output<typeof hookSchema>;

/** None for what says nothing of a call. */
export function readClaude(value: unknown): AgentReport[] {
  const read = check(hookSchema, value);
  if (!read.ok) return [];
  const hook = read.value;
  const conversation: AgentReport[] =
    hook.session_id === undefined ? [] : [{ type: "conversation", id: hook.session_id }];
  return [...conversation, ...reportsOf(hook)];
}

function reportsOf(hook: Hook): AgentReport[] {
  const call = callOf(hook);
  switch (hook.hook_event_name) {
    case "PreToolUse":
      return call === undefined ? [] : [{ type: "started", call }];
    case "PostToolUse":
      return call === undefined ? [] : [endedBy(hook, call)];
    case "PostToolUseFailure":
      return call === undefined ? [] : [{ type: "ended", call, end: failureOf(hook) }];
    case "SubagentStart":
      return hook.agent_id === undefined ? [] : [{ type: "subagent-started", agent: hook.agent_id }];
    case "SubagentStop": {
      if (hook.agent_id === undefined) return [];
      const end = { ok: true, ...(hook.last_assistant_message && { text: hook.last_assistant_message }) };
      return [{ type: "subagent-ended", agent: hook.agent_id, end }];
    }
    case "UserPromptSubmit": {
      const told = taskNotice(hook.prompt ?? "");
      // A prompt of a person's may come while commands of the turn before go on in the background, and names none of them.
      return told === undefined ? [] : [told];
    }
    case "Stop":
    case "StopFailure":
      return [{ type: "turn-over", tasks: (hook.background_tasks ?? []).map(({ id }) => id) }];
    case "SessionEnd":
      return [{ type: "turn-over", tasks: [] }];
    default:
      return [];
  }
}

/** Calls of our own endpoint are recorded where they arrive. */
function callOf({ tool_name: tool, tool_use_id: id, tool_input: args, agent_id: by }: Hook): ReportedTool | undefined {
  if (tool === undefined || id === undefined || tool.startsWith("mcp__signalbox__")) return undefined;
  return { id, tool, kind: toolKind(tool), args: args ?? {}, ...(by !== undefined && { by }) };
}

function endedBy(hook: Hook, call: ReportedTool): AgentReport {
  const read = check(responseSchema, hook.tool_response);
  const answer: Response = read.ok ? read.value : {};
  const time = hook.duration_ms === undefined ? {} : { durationMs: hook.duration_ms };
  const end: ToolEnd = { ...endOf(call, answer, hook.tool_response), ...time };
  const task = answer.backgroundTaskId;
  const agent = answer.agentId;
  const goesOn = agent !== undefined && answer.status === "async_launched";
  return {
    type: "ended",
    call,
    end,
    ...(task !== undefined && { task }),
    ...(goesOn && { task: agent }),
    ...(agent !== undefined && { agent }),
  };
}

function endOf({ kind, args }: ReportedTool, answer: Response, whole: unknown): ToolEnd {
  if (kind === "command" && (answer.stdout !== undefined || answer.stderr !== undefined)) {
    const output = [answer.stdout, answer.stderr].filter(Boolean).join("\n");
    if (answer.interrupted === true) return { ok: undefined, note: "interrupted", text: output };
    return { ok: true, text: output, facts: { exit_code: 0 } };
  }
  if (kind === "edit") {
    const diff = diffIn(answer);
    if (diff !== undefined)
      return {
        ok: true,
        note: diffNote(diff),
        text: diff.text,
        facts: { path: pathIn(args), added: diff.added, removed: diff.removed },
      };
  }
  const words = textIn(answer.content);
  if (words !== undefined) return { ok: true, text: words };
  return typeof whole === "string" ? { ok: true, text: whole } : { ok: true, facts: factsOf(whole) };
}

function diffIn({ structuredPatch, type, content }: Response): Diff | undefined {
  if (structuredPatch !== undefined && structuredPatch.length > 0) return diffOf(structuredPatch);
  return type === "create" && typeof content === "string" ? newFile(content) : undefined;
}

function pathIn(args: unknown): unknown {
  const read = check(z.looseObject({ file_path: text, notebook_path: text }), args);
  return read.ok ? (read.value.file_path ?? read.value.notebook_path) : undefined;
}

const partsSchema = z.array(z.looseObject({ text: text }));

function textIn(content: unknown): string | undefined {
  const parts = check(partsSchema, content);
  if (!parts.ok) return undefined;
  const texts = parts.value.flatMap((part) => (part.text === undefined ? [] : [part.text]));
  return texts.length === 0 ? undefined : texts.join("\n");
}

const factsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : { value };

function failureOf({ error = "It failed.", is_interrupt, duration_ms }: Hook): ToolEnd {
  const [, code, output = ""] = /^Exit code (\d{1,3})\n?([\s\S]*)$/.exec(error) ?? [];
  const time = duration_ms === undefined ? {} : { durationMs: duration_ms };
  if (is_interrupt === true) return { ok: undefined, note: "interrupted", ...time };
  if (code === undefined) return { ok: false, note: error, ...time };
  return { ok: false, note: `exit code ${code}`, text: output, facts: { exit_code: Number(code) }, ...time };
}

/** Claude Code tells its model by a prompt of its own that something in the background has ended. */
function taskNotice(prompt: string): AgentReport | undefined {
  if (!prompt.startsWith("<task-notification>")) return undefined;
  const field = (name: string) => new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(prompt)?.[1];
  const task = field("task-id");
  if (task === undefined) return undefined;
  const summary = field("summary");
  const code = /\(exit code (\d{1,3})\)/.exec(summary ?? "")?.[1];
  const status = field("status");
  const call = field("tool-use-id");
  const well = status === "completed" && (code === undefined || code === "0");
  const end: ToolEnd = {
    ok: status === "killed" || status === "stopped" ? undefined : well,
    ...(code !== undefined && code !== "0" && { note: `exit code ${code}` }),
    ...(summary !== undefined && { text: summary }),
    ...(code !== undefined && { facts: { exit_code: Number(code) } }),
  };
  return { type: "task-ended", task, end, ...(call !== undefined && { call }) };
}
