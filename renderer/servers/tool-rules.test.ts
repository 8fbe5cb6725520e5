import { expect, it } from "vitest";
import {
  askSwitch,
  isBuffered,
  isHiddenByPattern,
  isOffered,
  stopMinutes,
  toolSwitch,
  withAsked,
  withBuffered,
  withStop,
  withTool,
} from "./tool-rules.ts";

it("A30: a tool that is switched off is off, and on again when it is switched on", () => {
  const off = withTool({ read_only: true }, "fs", "delete_file", false);
  expect(off).toEqual({ read_only: true, hide: [{ server: "fs", tool: "delete_file" }] });
  expect(isOffered(off, "fs", "delete_file")).toBe(false);
  expect(isOffered(off, "fs", "read_file")).toBe(true);
  expect(isOffered(withTool(off, "fs", "delete_file", true), "fs", "delete_file")).toBe(true);
});

it("shows a tool that a pattern hides as hidden, and says that its own switch cannot change that", () => {
  const settings = { hide: [{ server: "fs", tool: "delete*" }] };
  expect(isOffered(settings, "fs", "delete_file")).toBe(false);
  expect(isHiddenByPattern(settings, "fs", "delete_file")).toBe(true);
  expect(isOffered(settings, "fs", "undelete")).toBe(true);
  expect(isOffered({ hide: [{ tool: "a.b" }] }, "x", "aXb")).toBe(true);
});

it("leaves rules with a condition to the daemon, which knows the folder", () => {
  const settings = { hide: [{ server: "git", tool: "push", when: "no-worktree" as const }] };
  expect(isOffered(settings, "git", "push")).toBe(true);
  expect(withTool(settings, "git", "push", true)).toEqual(settings);
});

it("a session's switch never seems to give back what is off for all sessions", () => {
  const above = { hide: [{ server: "fs", tool: "delete_file" }] };
  expect(toolSwitch({}, above, "fs", "delete_file")).toEqual({ offered: false, why: "Off for all sessions." });
  expect(toolSwitch({}, above, "fs", "read_file")).toEqual({ offered: true, why: undefined });
  const own = { hide: [{ server: "fs", tool: "read_file" }] };
  expect(toolSwitch(own, above, "fs", "read_file")).toEqual({ offered: false, why: undefined });
  expect(toolSwitch({ hide: [{ server: "fs" }] }, undefined, "fs", "x")).toMatchObject({ offered: false });
  expect(toolSwitch({ hide: [{ server: "fs" }] }, undefined, "fs", "x").why).toBeDefined();
});

it("a tool whose writes are kept is marked by itself, and a pattern that covers it is not lost with it", () => {
  const kept = withBuffered({ buffer: [{ server: "jira*" }] }, "linear", "create_issue", true);
  expect(isBuffered(kept, "linear", "create_issue")).toBe(true);
  expect(isBuffered(kept, "linear", "delete_issue")).toBe(false);
  expect(isBuffered(kept, "jira-2", "anything")).toBe(true);
  expect(withBuffered(kept, "linear", "create_issue", false)).toEqual({ buffer: [{ server: "jira*" }] });
});

it("A62: a tool that is to be asked about is, and others and patterns stay as they were", () => {
  const asked = withAsked({ ask: [{ server: "git", tool: "push*" }] }, "fs", "delete_file", true);
  expect(asked.ask).toEqual([
    { server: "git", tool: "push*" },
    { server: "fs", tool: "delete_file" },
  ]);
  expect(askSwitch(asked, undefined, "fs", "delete_file")).toEqual({ asks: true, why: undefined });
  expect(askSwitch(asked, undefined, "fs", "read_file")).toEqual({ asks: false, why: undefined });
  expect(askSwitch(asked, undefined, "git", "push_tags")).toMatchObject({ asks: true, why: expect.any(String) });
  expect(withAsked(asked, "fs", "delete_file", false).ask).toEqual([{ server: "git", tool: "push*" }]);
});

it("A62: what is asked about in all sessions cannot be switched off in one", () => {
  const above = { ask: [{ server: "fs" }] };
  expect(askSwitch({}, above, "fs", "delete_file")).toEqual({ asks: true, why: "for all sessions" });
});

it("a time limit of one tool is set, changed and taken away by itself", () => {
  const limited = withStop({ stop: [{ server: "ci*", minutes: 30 }] }, "ci", "build", 5);
  expect(stopMinutes(limited, "ci", "build")).toBe(5);
  expect(stopMinutes(limited, "ci", "test")).toBe(30);
  expect(stopMinutes(limited, "fs", "read")).toBeUndefined();
  expect(withStop(limited, "ci", "build", undefined)).toEqual({ stop: [{ server: "ci*", minutes: 30 }] });
  expect(withStop(limited, "ci", "build", 7).stop).toHaveLength(2);
});
