/** Proves, with reports recorded from the agents themselves, that their own tools stand in the lane as they were. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AGENT_TOOL_KINDS, type AgentToolKind } from "../../../shared/events/agent-tool.ts";
import type { Call } from "../../../shared/events/call.ts";
import { applyEntry, createCallLog } from "../../../shared/events/fold.ts";
import { logEntrySchema } from "../../../shared/events/tool-event.ts";
import { createSessionRegistry } from "../sessions/session-registry.ts";
import { createAgentReports } from "./create-agent-reports.ts";

type Json = Record<string, unknown>;
const recorded = (name: string): Json[] =>
  readFileSync(new URL(`../../../test/fixtures/agents/${name}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const hook = (name: unknown) => (item: Json) => item.hook_event_name === name;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function lane(kinds: readonly AgentToolKind[] = AGENT_TOOL_KINDS) {
  const registry = createSessionRegistry({ offset: () => 0, secrets: () => ["hunter2-secret"] });
  const session = registry.create({ cwd: "/home/ada/project" });
  const conversations: (string | undefined)[] = [];
  const reports = createAgentReports({
    kinds: () => kinds,
    onConversation: ({ conversation }) => conversations.push(conversation),
  });
  return {
    session,
    reports,
    conversations,
    calls(): Call[] {
      session.ring.settle();
      const log = createCallLog();
      const { events } = session.ring.read(session.ring.first - 1, Number.MAX_SAFE_INTEGER);
      for (const text of events) {
        const event = JSON.parse(text);
        applyEntry(log, logEntrySchema.parse({ seq: event.seq, at: event.timestamp, event }));
      }
      return [...log.calls.values()];
    },
  };
}

const shown = (calls: Call[]) =>
  calls.map(({ tool, agent, state, message, error }) => ({
    tool,
    kind: agent?.kind,
    state,
    ...(message !== undefined && { message }),
    ...(error !== undefined && { error: error.message }),
  }));

describe.each(["2.1.197", "2.1.332"])("Claude Code %s", (version) => {
  it("shows each of its tools once, with its end: exit codes, lines, and what a subagent did within it", () => {
    const { session, reports, calls, conversations } = lane();
    for (const item of recorded(`claude-${version}`)) reports.take(session, "claude", item);
    const rows = shown(calls());
    expect(rows.slice(0, 6)).toEqual([
      { tool: "Bash", kind: "command", state: "finished" },
      { tool: "Bash", kind: "command", state: "failed", error: "exit code 3" },
      { tool: "Read", kind: "read", state: "finished" },
      { tool: "Edit", kind: "edit", state: "finished", message: "+2 −1" },
      { tool: "Write", kind: "edit", state: "finished", message: "+2 −0" },
      { tool: "Grep", kind: "search", state: "finished" },
    ]);
    expect(rows.slice(6).map(({ tool, state }) => `${tool} ${state}`)).toEqual([
      "Agent finished",
      "Bash finished",
      "Bash finished",
    ]);
    const all = calls();
    const agent = all.find(({ tool }) => tool === "Agent");
    const inside = all.filter(({ agent: of }) => of?.within !== undefined);
    expect(inside.map(({ about }) => about)).toEqual(["echo from-sub"]);
    expect(inside[0]?.agent?.within).toBe(agent?.id);
    expect(JSON.stringify(agent?.result)).toContain("All done.");
    const edit = all.find(({ tool }) => tool === "Edit");
    expect(edit?.result).toEqual({
      content: [{ type: "text", text: "@@ -1,3 +1,4 @@\n one\n-two\n+2\n+2b\n three" }],
      structuredContent: { path: "/home/ada/project/a.txt", added: 2, removed: 1 },
    });
    const background = all.find(({ about }) => about?.includes("echo bg"));
    expect(background?.state).toBe("finished");
    expect(JSON.stringify(background?.result)).toContain("completed (exit code 0)");
    expect(conversations).toHaveLength(1);
  });
});

describe("reports on ways of their own", () => {
  it("make one call of an end that overtakes its beginning, and never begin it again", () => {
    const { session, reports, calls } = lane();
    const all = recorded("claude-2.1.332");
    const pre = all.find(hook("PreToolUse"));
    const post = all.find(hook("PostToolUse"));
    for (const item of [post, pre]) reports.take(session, "claude", item);
    expect(shown(calls())).toEqual([{ tool: "Bash", kind: "command", state: "finished" }]);
  });

  it("end what the agent never says the end of, a moment after its turn, and not what goes on behind it", () => {
    const { session, reports, calls } = lane();
    for (const item of recorded("claude-2.1.332")) {
      if (hook("PostToolUse")(item) && item.tool_name === "Read") continue;
      if (hook("UserPromptSubmit")(item) && String(item.prompt).includes("completed (exit code")) break;
      reports.take(session, "claude", item);
    }
    expect(
      calls()
        .filter(({ state }) => state === "running")
        .map(({ tool }) => tool),
    ).toEqual(["Read", "Bash"]);
    vi.advanceTimersByTime(3_000);
    expect(
      calls()
        .filter(({ state }) => state === "running")
        .map(({ about }) => about),
    ).toEqual(["sleep 1; echo bg"]);
    reports.ended(session.id);
    expect(calls().filter(({ state }) => state === "running")).toEqual([]);
  });

  it("say nothing of kinds that are switched off, of our own endpoint, and of what is no report", () => {
    const { session, reports, calls, conversations } = lane(["edit"]);
    for (const item of recorded("claude-2.1.332")) reports.take(session, "claude", item);
    expect(calls().map(({ tool }) => tool)).toEqual(["Edit", "Write"]);
    const pre = recorded("claude-2.1.332").find(hook("PreToolUse"));
    for (const odd of [null, 7, "x", [], {}, { ...pre, tool_name: "mcp__signalbox__build" }, { ...pre, tool_name: 3 }])
      reports.take(session, "claude", odd);
    reports.take(session, "claude", { ...pre, session_id: "../../etc/passwd" });
    expect(calls()).toHaveLength(2);
    expect(conversations).toHaveLength(1);
  });

  it("are masked and bounded as results are", () => {
    const { session, reports, calls } = lane();
    const post = recorded("claude-2.1.332").find(hook("PostToolUse"));
    const stdout = `hunter2-secret ${"x".repeat(3_000_000)}`;
    reports.take(session, "claude", {
      ...post,
      tool_response: { stdout, stderr: "" },
      tool_input: { command: "echo hunter2-secret" },
    });
    const [call] = calls();
    const text = JSON.stringify(call);
    expect(text).not.toContain("hunter2-secret");
    expect(text.length).toBeLessThan(400_000);
  });

  it("are bounded in number: an agent that begins calls without end fills nothing", () => {
    const { session, reports, calls } = lane();
    const pre = recorded("claude-2.1.332").find(hook("PreToolUse"));
    for (let count = 0; count < 700; count += 1)
      reports.take(session, "claude", { ...pre, tool_use_id: `toolu_${count}` });
    expect(calls().length).toBe(500);
  });
});

describe("opencode 1.18.33", () => {
  it("shows each of its tools once, with its end, and what a subagent did within it", () => {
    const { session, reports, calls, conversations } = lane();
    const children = new Set<unknown>();
    for (const { type, properties } of recorded("opencode-1.18.33") as { type: string; properties: Json }[]) {
      const about = properties as { info?: { id: string; parentID?: string }; sessionID?: string; part?: Json };
      if (about.info?.parentID !== undefined) children.add(about.info.id);
      const child = children.has(about.part?.sessionID ?? about.sessionID);
      reports.take(session, "opencode", { type, properties: { ...properties, child } });
    }
    const all = calls();
    expect(shown(all)).toEqual([
      { tool: "bash", kind: "command", state: "finished" },
      { tool: "bash", kind: "command", state: "failed", error: "exit code 3" },
      { tool: "read", kind: "read", state: "finished" },
      { tool: "edit", kind: "edit", state: "finished", message: "+2 −1" },
      { tool: "write", kind: "edit", state: "finished" },
      { tool: "read", kind: "read", state: "failed", error: "File not found: /home/ada/project/none.txt" },
      { tool: "task", kind: "subagent", state: "finished" },
      { tool: "bash", kind: "command", state: "finished" },
    ]);
    expect(all[7]?.agent?.within).toBe(all[6]?.id);
    expect(conversations).toEqual(["ses_dd0aedd69ffeM0fpjW4K0qOjEe"]);
  });
});

describe("an agent that floods", () => {
  it("P50: is remembered within bounds: names that are none, what was said of ends, turns that end over and over", () => {
    const { session, reports, calls } = lane();
    const say = (event: Json) => reports.take(session, "claude", event);
    const huge = "x".repeat(100_000);
    say({ hook_event_name: "PreToolUse", tool_name: "Bash", tool_use_id: huge, tool_input: {} });
    say({ hook_event_name: "PreToolUse", tool_name: huge, tool_use_id: "1", tool_input: {} });
    say({ hook_event_name: "PreToolUse", tool_name: "Bash", tool_use_id: "2", tool_input: {} });
    expect(calls().map(({ tool }) => tool)).toEqual(["Bash"]);
    // Told before the call that it belongs to.
    const notice = (task: string, summary: string) =>
      `<task-notification><task-id>${task}</task-id><status>completed</status><summary>${summary}</summary></task-notification>`;
    for (let n = 0; n < 1_000; n += 1) {
      say({ hook_event_name: "SubagentStop", agent_id: `a${n}`, last_assistant_message: huge });
      say({ hook_event_name: "UserPromptSubmit", prompt: notice(`t${n}`, "done") });
    }
    const timers = vi.getTimerCount();
    for (let n = 0; n < 1_000; n += 1) say({ hook_event_name: "Stop" });
    expect(vi.getTimerCount() - timers).toBeLessThan(50);
    vi.runAllTimers();
    expect(calls().map(({ state }) => state)).toEqual(["cancelled"]);
  });
});
