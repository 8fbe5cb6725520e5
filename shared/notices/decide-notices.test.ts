/** Proves the table of notices. */
import { describe, expect, it } from "vitest";
import { session } from "../../test/support/electron-double/app-state.ts";
import type { SessionStatus } from "../protocol/app-frames.ts";
import { DEFAULT_DESKTOP_SETTINGS } from "../protocol/desktop-settings.ts";
import type { InboxHead } from "../protocol/inbox-api.ts";
import {
  decideNotices,
  decideTold,
  isQuiet,
  type NoticeCause,
  type NoticeFacts,
  type NoticeKind,
  noticeCause,
  toldCauses,
} from "./decide-notices.ts";

const settings = DEFAULT_DESKTOP_SETTINGS.notifications;
const noon = new Date(2026, 10, 20, 12, 0);
const away: NoticeFacts = { focused: false, settings, now: noon, announced: new Map(), inbox: [] };
const cause = (kind: NoticeKind, id = "a"): NoticeCause => ({ kind, session: session({ id, label: id }) });

describe("what is a reason", () => {
  const at = (state: SessionStatus["state"], after = 0) =>
    session({
      state,
      created_at: "2026-11-20T10:00:00Z",
      since: new Date(Date.UTC(2026, 10, 20, 10, 0, after)).toISOString(),
    });
  it.each([
    ["running", "needs_you", 1, "needs_you"],
    ["running", "failed", 1, "failed"],
    ["running", "finished", 30, "finished"],
    ["running", "finished", 29, undefined],
    ["needs_you", "needs_you", 60, undefined],
    ["needs_you", "running", 60, undefined],
    ["running", "unknown", 60, undefined],
  ] as const)("%s → %s after %s s: %s", (before, after, seconds, kind) => {
    expect(noticeCause(at(before), at(after, seconds))?.kind).toBe(kind);
  });

  it("a session that was already so when the app started is no news", () => {
    expect(noticeCause(undefined, at("needs_you"))).toBeUndefined();
  });
});

describe("when", () => {
  it.each<[string, Partial<NoticeFacts>, number]>([
    ["the person looks elsewhere", {}, 1],
    ["the window has the focus", { focused: true }, 0],
    ["this kind is switched off", { settings: { ...settings, needs_you: false } }, 0],
    ["it was announced 59 s ago", { announced: new Map([["a", noon.getTime() - 59_000]]) }, 0],
    ["it was announced a minute ago", { announced: new Map([["a", noon.getTime() - 60_000]]) }, 1],
    ["another session was announced just now", { announced: new Map([["b", noon.getTime()]]) }, 1],
    ["paused", { settings: { ...settings, paused_until: new Date(noon.getTime() + 1).toISOString() } }, 0],
    ["the pause is over", { settings: { ...settings, paused_until: noon.toISOString() } }, 1],
    ["quiet hours", { settings: { ...settings, quiet_hours: { from: "11:30", to: "12:30" } } }, 0],
  ])("%s", (_name, facts, count) => {
    expect(decideNotices([cause("needs_you")], { ...away, ...facts })).toHaveLength(count);
  });

  it.each([
    ["22:00", "07:00", 23, 30, true],
    ["22:00", "07:00", 6, 59, true],
    ["22:00", "07:00", 7, 0, false],
    ["22:00", "07:00", 12, 0, false],
    ["09:00", "17:00", 9, 0, true],
    ["09:00", "17:00", 17, 0, false],
    ["08:00", "08:00", 8, 0, false],
  ])("quiet from %s to %s at %s:%s: %s", (from, to, hour, minute, quiet) => {
    expect(isQuiet({ from, to }, new Date(2026, 10, 20, hour, minute))).toBe(quiet);
  });
});

describe("in which words", () => {
  it("names the session, the agent and the folder, and nothing that was typed or printed", () => {
    const [notice] = decideNotices([cause("needs_you", "api-refactor")], away);
    expect(notice).toEqual({
      title: "api-refactor needs you",
      body: "Claude Code · ~/src/api",
      session: "api-refactor",
    });
  });

  it("the last of several changes of one session counts", () => {
    expect(decideNotices([cause("needs_you"), cause("failed")], away)).toMatchObject([{ title: "a failed" }]);
  });

  it("two are told one by one, three as one that opens the app", () => {
    expect(decideNotices([cause("failed"), cause("needs_you", "b")], away)).toHaveLength(2);
    expect(
      decideNotices([cause("failed"), cause("needs_you", "b"), cause("needs_you", "c"), cause("finished", "d")], away),
    ).toEqual([{ title: "4 sessions changed", body: "2 need you, 1 failed, 1 finished" }]);
  });

  it("A26: a label that reorders or drives a terminal is shown as visible text", () => {
    const [notice] = decideNotices([{ kind: "failed", session: session({ label: "a\u001b[31m\u202eb" }) }], away);
    expect(notice?.title).toBe("a␛[31m\uFFFDb failed");
  });
});

describe("what waits in the inbox", () => {
  const head = {
    kind: "approval",
    from: "git",
    text: "The agent wants to call “push”.",
    created_at: "2026-11-20T10:00:00Z",
  } as const;
  const notice = (inbox: NoticeFacts["inbox"], kind: NoticeKind = "needs_you") =>
    decideNotices([cause(kind)], { ...away, inbox })[0];

  it("is where the notice leads, with a button that refuses, and none that allows what cannot be seen", () => {
    const inbox = [
      { ...head, id: "other", session: "b", decides: true },
      { ...head, id: "e1", session: "a", decides: true },
    ];
    expect(notice(inbox)).toMatchObject({ session: "a", entry: "e1", refusable: true });
    expect(JSON.stringify(notice(inbox))).not.toContain("push");
    expect(notice(inbox, "failed")?.entry).toBeUndefined();
  });

  it("has no button where a form is to be filled in, or the agent alone answers", () => {
    expect(notice([{ ...head, kind: "question", id: "e1", session: "a" }])).toMatchObject({ entry: "e1" });
    expect(notice([{ ...head, kind: "question", id: "e1", session: "a" }])?.refusable).toBeUndefined();
    expect(notice([{ ...head, id: "e1", session: "a", decides: true, answer_at: "agent" }])?.refusable).toBeUndefined();
  });
});

describe("what an agent tells", () => {
  const head = (id: string, change: Partial<InboxHead> = {}): InboxHead => ({
    id,
    kind: "notice",
    from: "Claude Code",
    title: "Migration is done",
    text: "The password is hunter2.",
    created_at: noon.toISOString(),
    ...change,
  });

  it("is announced once, with what it is about and never with the message, and leads to its entry", () => {
    const before = [head("a")];
    expect(toldCauses(before, [head("a"), head("b"), head("q", { kind: "question" })])).toEqual([head("b")]);
    expect(decideTold([head("b")], away)).toEqual([
      { title: "Claude Code tells you", body: "Migration is done", entry: "b" },
    ]);
    expect(decideTold([head("p", { kind: "preview" })], away)[0]?.title).toBe("Claude Code offers a preview");
    expect(decideTold([head("a"), head("b"), head("c")], away)).toHaveLength(1);
  });

  it.each<[string, Partial<NoticeFacts>]>([
    ["while the window is looked at", { focused: true }],
    ["when it is switched off", { settings: { ...settings, told: false } }],
    ["in quiet hours", { settings: { ...settings, quiet_hours: { from: "11:00", to: "13:00" } } }],
    ["while notices are paused", { settings: { ...settings, paused_until: new Date(2026, 10, 20, 13).toISOString() } }],
  ])("is not announced %s", (_, facts) => {
    expect(decideTold([head("a")], { ...away, ...facts })).toEqual([]);
  });
});
