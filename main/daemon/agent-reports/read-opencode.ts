/** Reads what our plugin in opencode passes on: the parts of its messages that are tool calls, as 1.18.33 writes them, and its sessions. */
import { check, lenient, z } from "../../../shared/protocol/schema.ts";
import type { AgentReport, ReportedTool, ToolEnd } from "./agent-report.ts";
import { diffNote } from "./diff-text.ts";
import { toolKind } from "./tool-kind.ts";

const text = lenient(z.string());
const number = lenient(z.number());
const metadataSchema = z.looseObject({
  exit: number,
  sessionId: text,
  filediff: lenient(z.looseObject({ patch: text, additions: z.number(), deletions: z.number() })),
  filepath: text,
  exists: lenient(z.boolean()),
});
const stateSchema = z.looseObject({
  status: z.string(),
  input: z.unknown().optional(),
  output: text,
  error: text,
  metadata: lenient(metadataSchema),
  time: lenient(z.looseObject({ start: number, end: number })),
});
const eventSchema = z.looseObject({
  type: z.string(),
  properties: z.looseObject({
    sessionID: text,
    info: lenient(z.looseObject({ id: text, parentID: text })),
    part: lenient(
      z.looseObject({
        type: z.string(),
        tool: text,
        callID: text,
        sessionID: text,
        state: lenient(stateSchema),
      }),
    ),
    /** Added by our plugin: the session is a subagent's. */
    child: lenient(z.boolean()),
  }),
});
type State = z.output<typeof stateSchema>;

export function readOpencode(value: unknown): AgentReport[] {
  const read = check(eventSchema, value);
  if (!read.ok) return [];
  const { type, properties } = read.value;
  const { sessionID: session, part, child } = properties;
  if (type === "session.idle") {
    if (session === undefined) return [];
    return child === true
      ? []
      : [
          { type: "conversation", id: session },
          { type: "turn-over", tasks: [] },
        ];
  }
  if (type === "session.status") return session === undefined || child ? [] : [{ type: "conversation", id: session }];
  if (type !== "message.part.updated" || part?.type !== "tool" || part.state === undefined) return [];
  const { callID: id, tool, state } = part;
  if (id === undefined || tool === undefined || tool.startsWith("signalbox_")) return [];
  const by = child === true ? part.sessionID : undefined;
  const call: ReportedTool = { id, tool, kind: toolKind(tool), args: state.input ?? {}, ...(by && { by }) };
  const agent = call.kind === "subagent" ? state.metadata?.sessionId : undefined;
  if (state.status === "running") {
    const started: AgentReport[] = [{ type: "started", call }];
    return agent === undefined ? started : [...started, { type: "subagent-started", agent, of: id }];
  }
  if (state.status !== "completed" && state.status !== "error") return [];
  return [{ type: "ended", call, end: endOf(call, state) }];
}

function endOf({ kind, args }: ReportedTool, { status, output, error, metadata, time }: State): ToolEnd {
  const took =
    time?.start !== undefined && time.end !== undefined ? { durationMs: Math.max(0, time.end - time.start) } : {};
  if (status === "error") return { ok: false, note: error ?? "It failed.", ...took };
  const exit = metadata?.exit;
  if (kind === "command" && exit !== undefined) {
    const facts = { exit_code: exit };
    return exit === 0
      ? { ok: true, text: output ?? "", facts, ...took }
      : { ok: false, note: `exit code ${exit}`, text: output ?? "", facts, ...took };
  }
  const diff = metadata?.filediff;
  if (kind === "edit" && diff !== undefined) {
    const { additions: added, deletions: removed } = diff;
    return {
      ok: true,
      note: diffNote({ added, removed }),
      text: diff.patch?.replace(/^Index: .*\n=+\n/, "") ?? "",
      facts: { path: pathIn(args), added, removed },
      ...took,
    };
  }
  return { ok: true, text: output ?? "", ...took };
}

function pathIn(args: unknown): unknown {
  const read = check(z.looseObject({ filePath: text }), args);
  return read.ok ? read.value.filePath : undefined;
}
