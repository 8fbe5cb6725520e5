import { expect, it } from "vitest";
import type { SessionView } from "../../shared/protocol/app-frames.ts";
import { groupSessions, inOrder, NO_ARRANGEMENT, nextNeedsYou, shortFolder } from "./session-groups.ts";

const session = (id: string, state: SessionView["status"]["state"], minutesAgo: number): SessionView => ({
  id,
  agent: "shell",
  agent_name: "Shell",
  label: `name of ${id}`,
  cwd: `/home/me/${id}`,
  command: "sh",
  created_at: new Date(1e12 - minutesAgo * 60_000).toISOString(),
  status: { state, evidence: "", since: new Date(1e12 - minutesAgo * 60_000).toISOString() },
  terminal: { state: "running" },
  calls: { total: 0, running: 0, failed: 0 },
});
const all = [
  session("old", "finished", 60),
  session("asks", "needs_you", 5),
  session("runs", "running", 20),
  session("new", "failed", 1),
  session("asks-too", "needs_you", 9),
];
const names = (groups: ReturnType<typeof groupSessions>) =>
  groups.map(({ name, sessions }) => `${name}: ${sessions.map(({ id }) => id)}`);

it("puts first what needs the person, then what runs, then what ended last", () => {
  expect(names(groupSessions(all))).toEqual(["Needs you: asks,asks-too", "Running: runs", "Recent: new,old"]);
});

it("never hides a session that needs the person, archived or not", () => {
  const archived = new Set(["asks", "old"]);
  expect(names(groupSessions(all, { ...NO_ARRANGEMENT, archived }))).toEqual([
    "Needs you: asks,asks-too",
    "Running: runs",
    "Recent: new",
  ]);
  const searched = groupSessions(all, { ...NO_ARRANGEMENT, archived, search: "OLD shell" });
  expect(names(searched)).toEqual(["Archived: old"]);
});

it("goes round among those that need the person", () => {
  const groups = groupSessions(all);
  expect(nextNeedsYou(groups, undefined)?.id).toBe("asks");
  expect(nextNeedsYou(groups, "asks")?.id).toBe("asks-too");
  expect(nextNeedsYou(groups, "asks-too")?.id).toBe("asks");
  expect(nextNeedsYou(groupSessions([]), "x")).toBeUndefined();
  expect(inOrder(groups).map(({ id }) => id)).toEqual(["asks", "asks-too", "runs", "new", "old"]);
});

it("shortens the home directory and nothing that only looks like it", () => {
  expect(shortFolder("/home/me", "/home/me")).toBe("~");
  expect(shortFolder("/home/me/src", "/home/me")).toBe("~/src");
  expect(shortFolder("/home/adam", "/home/me")).toBe("/home/adam");
});
