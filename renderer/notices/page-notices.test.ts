/** Proves that a browser tells what the desktop app tells: once, together, and never what happens before a person's eyes. */
import { expect, it } from "vitest";
import type { Notice } from "../../shared/notices/decide-notices.ts";
import type { SessionStatus } from "../../shared/protocol/app-frames.ts";
import { DEFAULT_DESKTOP_SETTINGS } from "../../shared/protocol/desktop-settings.ts";
import type { InboxHead } from "../../shared/protocol/inbox-api.ts";
import { session } from "../../test/support/electron-double/app-state.ts";
import { createPageNotices } from "./page-notices.ts";

function setUp() {
  const shown: Notice[] = [];
  const opened: Notice[] = [];
  const state = { focused: false, wanted: true };
  let due: (() => void) | undefined;
  const notices = createPageNotices({
    focused: () => state.focused,
    settings: () => (state.wanted ? DEFAULT_DESKTOP_SETTINGS.notifications : undefined),
    show: (notice, onClick) => {
      shown.push(notice);
      onClick();
    },
    open: (notice) => opened.push(notice),
    now: () => new Date(2026, 10, 20, 12, 0),
    later: (work) => {
      due = work;
    },
  });
  const see = (states: Record<string, SessionStatus["state"]>, heads: InboxHead[] = []) =>
    notices.see({
      sessions: Object.entries(states).map(([id, word]) => session({ id, label: id, state: word })),
      inbox: { open: heads.length, revision: heads.length, heads },
    });
  const pass = () => {
    due?.();
    due = undefined;
  };
  return { see, pass, shown, opened, state };
}

it("tells of a session that came to need its person, once, and leads to it", () => {
  const { see, pass, shown, opened } = setUp();
  see({ a: "running", b: "needs_you" });
  see({ a: "needs_you", b: "needs_you" });
  see({ a: "needs_you", b: "needs_you" });
  pass();
  expect(shown.map(({ title }) => title)).toEqual(["a needs you"]);
  expect(opened).toMatchObject([{ session: "a" }]);
  pass();
  expect(shown).toHaveLength(1);
});

it("tells nothing before a person's eyes, nothing that they did not ask for, and no old news", () => {
  const { see, pass, shown, state } = setUp();
  see({ a: "needs_you" });
  state.focused = true;
  see({ a: "running" });
  see({ a: "failed" });
  state.focused = false;
  state.wanted = false;
  see({ a: "running" });
  see({ a: "failed" });
  pass();
  expect(shown).toEqual([]);
});

it("passes on what an agent tells its person, once, and leads to its place in the inbox", () => {
  const { see, pass, shown, opened } = setUp();
  const head = (id: string): InboxHead => ({
    id,
    kind: "notice",
    from: "Claude Code",
    title: `${id} is done`,
    text: "not in a notice",
    created_at: "2026-11-20T11:59:00Z",
  });
  see({ a: "running" }, [head("old")]);
  see({ a: "running" }, [head("old"), head("new")]);
  see({ a: "running" }, [head("old"), head("new")]);
  pass();
  expect(shown.map(({ body }) => body)).toEqual(["new is done"]);
  expect(opened).toMatchObject([{ entry: "new" }]);
});
