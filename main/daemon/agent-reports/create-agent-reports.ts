/** Makes calls of what agents report of their own tools: each begins once, ends once, and lies within its subagent's. */
import { AGENT_SERVER, type AgentToolKind } from "../../../shared/events/agent-tool.ts";
import type { CallEnd, RecordedCall } from "../progress/call-recorder.ts";
import type { Session } from "../sessions/session-registry.ts";
import type { AgentReport, ReportedTool, ToolEnd } from "./agent-report.ts";
import { readClaude } from "./read-claude.ts";
import { readOpencode } from "./read-opencode.ts";

const READERS = { claude: readClaude, opencode: readOpencode } as const;
export const isReporter = (name: string | undefined): name is keyof typeof READERS =>
  name !== undefined && Object.hasOwn(READERS, name);

/** Open at once in one session; what is beyond is not shown. */
const MAX_OPEN = 500;
/** Names that are remembered of calls that ended and of subagents, per session; longer ones are none. */
const MAX_REMEMBERED = 2_000;
const MAX_NAME = 200;
/** Ends that are remembered, with so many characters of what was said. */
const MAX_ENDS = 100;
const MAX_END_CHARS = 64 * 1024;
/** Turns that ended just now; what they leave open, the next one ends. */
const MAX_TIMERS = 20;
/** Reports come on ways of their own, so the end of a call may come after the end of its turn. */
const GRACE_MS = 3_000;
const CONVERSATION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

export interface AgentReports {
  /** What an agent of this session reports; what cannot be read says nothing. */
  take(session: Session, from: keyof typeof READERS, value: unknown): void;
  /** Its program has ended, and all that it did. */
  ended(session: string): void;
  dispose(): void;
}

export interface AgentReportsOptions {
  /** The kinds that are shown. */
  kinds: () => readonly AgentToolKind[];
  /** The session's agent is in another conversation. */
  onConversation: (session: Session) => void;
  graceMs?: number;
}

interface OpenCall {
  call: ReportedTool;
  record: RecordedCall;
  /** It keeps running in the background under this name. */
  task?: string;
  /** The subagent that it started. */
  agent?: string;
}

interface Known {
  open: Map<string, OpenCall>;
  /** Names of calls that ended. */
  over: Set<string>;
  /** The call that started each subagent. */
  agents: Map<string, string>;
  /** Subagents of which nobody has said yet which call started them. */
  unclaimed: string[];
  /** Subagents and tasks that ended, with how, in case their call is told of later. */
  endedTasks: Map<string, ToolEnd>;
  timers: Set<NodeJS.Timeout>;
}

export function createAgentReports(options: AgentReportsOptions): AgentReports {
  const { kinds, onConversation, graceMs = GRACE_MS } = options;
  const sessions = new Map<string, Known>();
  const of = ({ id }: Session): Known => {
    const known = sessions.get(id) ?? {
      open: new Map(),
      over: new Set(),
      agents: new Map(),
      unclaimed: [],
      endedTasks: new Map(),
      timers: new Set(),
    };
    sessions.set(id, known);
    return known;
  };

  function start(session: Session, known: Known, call: ReportedTool): OpenCall | undefined {
    if (known.over.has(call.id)) return undefined;
    const before = known.open.get(call.id);
    if (before !== undefined) return before;
    if (!kinds().includes(call.kind) || known.open.size >= MAX_OPEN) return undefined;
    const parent = call.by === undefined ? undefined : known.agents.get(call.by);
    const within = parent === undefined ? undefined : known.open.get(parent)?.record.id;
    const record = session.calls.start({
      tool: call.tool,
      server: AGENT_SERVER,
      token: undefined,
      args: call.args,
      agent: { kind: call.kind, ...(within !== undefined && { within }) },
    });
    const opened: OpenCall = { call, record };
    known.open.set(call.id, opened);
    if (call.kind === "subagent") {
      const agent = known.unclaimed.shift();
      if (agent !== undefined) claim(known, agent, opened);
    }
    return opened;
  }

  function claim(known: Known, agent: string, opened: OpenCall): void {
    opened.agent = agent;
    remember(known.agents, agent, opened.call.id);
  }

  function finish(known: Known, id: string, end: ToolEnd): void {
    const opened = known.open.get(id);
    known.open.delete(id);
    known.over.add(id);
    shrink(known.over);
    opened?.record.end(callEnd(end));
  }

  function take(session: Session, known: Known, report: AgentReport): void {
    if (namesOf(report).some((name) => name.length > MAX_NAME)) return;
    switch (report.type) {
      case "conversation":
        if (!CONVERSATION.test(report.id) || session.conversation === report.id) return;
        session.conversation = report.id;
        onConversation(session);
        return;
      case "started":
        start(session, known, report.call);
        return;
      case "ended": {
        const opened = start(session, known, report.call);
        if (opened === undefined) return;
        if (report.agent !== undefined) claim(known, report.agent, opened);
        const { task } = report;
        const endedAlready = task === undefined ? report.end : known.endedTasks.get(task);
        if (endedAlready !== undefined) {
          finish(known, report.call.id, endedAlready);
          return;
        }
        if (task !== undefined) opened.task = task;
        opened.record.progress({ message: "in the background" });
        return;
      }
      case "subagent-started": {
        if (known.agents.has(report.agent)) return;
        const named = report.of === undefined ? undefined : known.open.get(report.of);
        const waiting = [...known.open.values()].find(({ call, agent }) => call.kind === "subagent" && !agent);
        const opened = report.of === undefined ? waiting : named;
        if (opened !== undefined) claim(known, report.agent, opened);
        else if (known.unclaimed.length < MAX_OPEN) known.unclaimed.push(report.agent);
        return;
      }
      case "subagent-ended":
        endTask(known, report.agent, undefined, report.end);
        return;
      case "task-ended":
        endTask(known, report.task, report.call, report.end);
        return;
      case "turn-over":
        closeLater(known, report.tasks);
        return;
    }
  }

  function endTask(known: Known, task: string, call: string | undefined, end: ToolEnd): void {
    const opened = [...known.open.values()].find((item) => item.task === task);
    const id = opened?.call.id ?? (call !== undefined && known.open.has(call) ? call : undefined);
    if (id !== undefined) finish(known, id, end);
    else remember(known.endedTasks, task, shortened(end), MAX_ENDS);
  }

  /** What ran when a turn ended and does not go on behind it has ended, too, perhaps without a word. */
  function closeLater(known: Known, tasks: readonly string[]): void {
    const left = [...known.open.values()].filter(({ task }) => task === undefined || !tasks.includes(task));
    // A call within a subagent that goes on is none of this turn's.
    const ids = left.filter(({ call }) => call.by === undefined || !tasks.includes(call.by)).map(({ call }) => call.id);
    if (ids.length === 0 || known.timers.size >= MAX_TIMERS) return;
    const timer = setTimeout(() => {
      known.timers.delete(timer);
      for (const id of ids) if (known.open.has(id)) finish(known, id, SILENT);
    }, graceMs).unref();
    known.timers.add(timer);
  }

  function ended(id: string): void {
    const known = sessions.get(id);
    if (known === undefined) return;
    sessions.delete(id);
    for (const timer of known.timers) clearTimeout(timer);
    for (const call of [...known.open.keys()]) finish(known, call, { ok: undefined, note: "The agent has ended." });
  }

  return {
    take(session, from, value) {
      const known = of(session);
      for (const report of READERS[from](value)) take(session, known, report);
    },
    ended,
    dispose() {
      for (const id of [...sessions.keys()]) ended(id);
    },
  };
}

const SILENT: ToolEnd = { ok: undefined, note: "The agent's turn ended, and it did not say how this did." };

function callEnd({ ok, note, text, facts, durationMs }: ToolEnd): CallEnd {
  const took = durationMs === undefined ? {} : { durationMs };
  if (ok === undefined) return { kind: "cancelled", ...(note !== undefined && { reason: note }), ...took };
  const result = {
    content: text === undefined || text === "" ? [] : [{ type: "text", text }],
    ...(facts !== undefined && { structuredContent: facts }),
  };
  if (ok) return { kind: "finished", result, ...(note !== undefined && { message: note }), ...took };
  return { kind: "failed", result, error: { message: note ?? "It failed." }, ...took };
}

/** What a report names, and what is kept of it for later. */
function namesOf(report: AgentReport): string[] {
  switch (report.type) {
    case "conversation":
      return [report.id];
    case "started":
    case "ended": {
      const { id, tool, by } = report.call;
      const { task, agent } = report.type === "ended" ? report : {};
      return [id, tool, by ?? "", task ?? "", agent ?? ""];
    }
    case "subagent-started":
    case "subagent-ended":
      return [report.agent];
    case "task-ended":
      return [report.task];
    case "turn-over":
      return [];
  }
}

function shortened(end: ToolEnd): ToolEnd {
  const { text, note, facts: _, ...rest } = end;
  const cut = (words: string) =>
    words.length <= MAX_END_CHARS ? words : `${words.slice(0, MAX_END_CHARS)}… (${words.length - MAX_END_CHARS} more)`;
  return { ...rest, ...(text !== undefined && { text: cut(text) }), ...(note !== undefined && { note: cut(note) }) };
}

function remember<T>(map: Map<string, T>, key: string, value: T, max = MAX_REMEMBERED): void {
  map.delete(key);
  map.set(key, value);
  shrink(map, max);
}

function shrink(names: Map<string, unknown> | Set<string>, max = MAX_REMEMBERED): void {
  for (const name of names.keys()) {
    if (names.size <= max) return;
    names.delete(name);
  }
}
