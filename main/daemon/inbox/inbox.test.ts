/** Proves what waits for a person: kept until it is answered, answered once, told to whoever asked, and bounded. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../rpc/message.ts";
import { createAskPerson } from "./ask-person.ts";
import { createInbox, type Derived, type Inbox, MAX_OPEN_OF_SESSION, MAX_TOLD_OF_SESSION } from "./inbox.ts";
import { openInboxStore } from "./inbox-store.ts";

let folder: string;
const open = new Set<Inbox>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-inbox-"));
});
afterEach(() => {
  for (const inbox of open) inbox.dispose();
  open.clear();
  rmSync(folder, { recursive: true, force: true });
});

interface Given {
  secrets?: string[];
  now?: () => number;
  derived?: Derived;
}
function start({ secrets = [], ...given }: Given = {}): Inbox {
  const store = openInboxStore(join(folder, "inbox.db"));
  const inbox = createInbox({ store, key: "key", secrets: () => secrets, ...given });
  open.add(inbox);
  return inbox;
}
/** As the daemon ends, and another one begins in its home. */
function restart(inbox: Inbox, given?: Given): Inbox {
  inbox.freeze();
  inbox.dispose();
  open.delete(inbox);
  return start(given);
}
const question = {
  kind: "question" as const,
  session: "s1",
  from: "Claude Code",
  text: "Which branch?",
  schema: TEXT(),
};
function TEXT() {
  return { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };
}
const asked = (inbox: Inbox, more: Partial<Parameters<Inbox["ask"]>[0]> = {}) => {
  const answers: JsonObject[] = [];
  const made = inbox.ask({ ...question, ...more }, (answer) => answers.push(answer));
  if (!made.ok) throw new Error(made.fault.message);
  return { ...made.value, answers };
};
const accept = (answer: string) => ({ action: "accept" as const, content: { answer } });

describe("an answer", () => {
  it("P40: counts once: the first wins, and the second hears who answered and when", () => {
    const inbox = start({ now: () => Date.parse("2026-01-01T10:00:00Z") });
    const { id, answers } = asked(inbox);
    expect(inbox.answer(id, "the owner", accept("main"))).toEqual({ ok: true });
    const second = inbox.answer(id, "Phone", accept("other"));
    expect(second).toMatchObject({ ok: false, fault: { code: "answered" } });
    expect(JSON.stringify(second)).toContain("the owner at 2026-01-01T10:00:00");
    expect(answers).toEqual([{ action: "accept", content: { answer: "main" } }]);
    expect(inbox.list()).toMatchObject([
      { id, answered: { by: "the owner", at: "2026-01-01T10:00:00.000Z", how: "accept" } },
    ]);
    expect(inbox.summary()).toMatchObject({ open: 0, heads: [] });
  });

  it("that does not fit is refused with the fields that are wrong, and the question waits on", () => {
    const inbox = start();
    const { id, answers } = asked(inbox);
    const refused = inbox.answer(id, "the owner", { action: "accept", content: { answer: 7 } });
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: "invalid-answer" },
      fields: { answer: "must be a text" },
    });
    expect(inbox.answer(id, "the owner", { decision: "once" })).toMatchObject({
      ok: false,
      fault: { code: "invalid-answer" },
    });
    expect(inbox.answer("nothing", "the owner", accept("x"))).toMatchObject({ fault: { code: "no-such-entry" } });
    expect(answers).toEqual([]);
    expect(inbox.summary().open).toBe(1);
    expect(inbox.answer(id, "the owner", { action: "decline" })).toEqual({ ok: true });
    expect(answers).toEqual([{ action: "decline" }]);
  });

  it("P40: after the agent's own, or after it stopped waiting, is refused and not applied", () => {
    const inbox = start();
    const shown = asked(inbox, { answer_at: "agent" });
    expect(inbox.answer(shown.id, "the owner", accept("x"))).toMatchObject({ fault: { code: "answer-in-agent" } });
    shown.answeredElsewhere("the agent");
    expect(inbox.answer(shown.id, "the owner", accept("x"))).toMatchObject({ fault: { code: "answered" } });
    const left = asked(inbox);
    left.withdraw("the agent stopped waiting");
    expect(inbox.answer(left.id, "the owner", accept("x"))).toMatchObject({
      fault: { code: "answered", message: expect.stringContaining("the agent stopped waiting") },
    });
    expect([...shown.answers, ...left.answers]).toEqual([]);
    expect(inbox.list().map(({ answered }) => answered?.how)).toEqual(["elsewhere", "withdrawn"]);
  });
});

describe("a session that floods", () => {
  it("A61: leaves room for the questions of others", () => {
    const inbox = start();
    const long = "x".repeat(256 * 1024);
    let taken = 0;
    for (let n = 0; n < 40; n += 1) {
      if (inbox.ask({ ...question, text: `${n} ${long}` }, () => {}).ok) taken += 1;
    }
    expect(taken).toBeGreaterThan(0);
    expect(inbox.ask({ ...question, text: long }, () => {})).toMatchObject({ fault: { code: "inbox-full" } });
    expect(inbox.ask({ ...question, session: "s2", text: long }, () => {}).ok).toBe(true);
  });

  it("P40: takes neither what a person answered from the list, nor an answer from whoever comes back for it", () => {
    const inbox = start();
    const { id } = asked(inbox, { session: "s2", text: "Deploy?", same: ["question", "Deploy?"] });
    inbox.agentLeft("s2");
    expect(inbox.answer(id, "the owner", accept("yes"))).toEqual({ ok: true });
    const other = asked(inbox, { session: "s3", text: "Sure?" });
    inbox.answer(other.id, "the owner", accept("no"));
    for (let n = 0; n < 400; n += 1) asked(inbox, { text: `${n}` }).withdraw("enough");
    const after = restart(inbox);
    expect(after.list().filter(({ answered }) => answered?.how === "accept")).toHaveLength(2);
    expect(after.list().length).toBeLessThan(400);
    const again = asked(after, { session: "s2", text: "Deploy?", same: ["question", "Deploy?"] });
    return vi.waitFor(() => expect(again.answers).toEqual([accept("yes")]));
  });
});

describe("what waits", () => {
  it("is listed oldest first, with the kept writes and sign-ins of other parts among it", () => {
    let now = Date.parse("2026-01-01T10:00:00Z");
    const settled: string[] = [];
    let writes = [
      {
        id: "outbox-3",
        kind: "outbox" as const,
        from: "wiki",
        text: "Send it again?",
        created_at: "2026-01-01T10:00:01.000Z",
      },
    ];
    const inbox = start({
      now: () => now,
      derived: {
        list: () => writes,
        decide(entry, decision) {
          settled.push(`${entry.id} ${decision}`);
          writes = [];
          return { ok: true, value: undefined };
        },
      },
    });
    asked(inbox, { text: "first" });
    now += 2_000;
    asked(inbox, { text: "third" });
    expect(inbox.list().map(({ text }) => text)).toEqual(["first", "Send it again?", "third"]);
    expect(inbox.summary()).toMatchObject({
      open: 3,
      heads: [{ text: "first" }, { text: "Send it again?" }, { text: "third" }],
    });
    expect(inbox.answer("outbox-3", "the owner", { decision: "refuse" })).toEqual({ ok: true });
    expect(settled).toEqual(["outbox-3 refuse"]);
    expect(inbox.answer("outbox-3", "Phone", { decision: "once" })).toMatchObject({ fault: { code: "answered" } });
    expect(settled).toHaveLength(1);
  });

  it("is bounded in number and size, and the refusal says what to do", () => {
    const inbox = start();
    for (let at = 0; at < MAX_OPEN_OF_SESSION; at += 1) asked(inbox, { text: `question ${at}` });
    const more = inbox.ask(question, () => {});
    expect(more).toMatchObject({ ok: false, fault: { code: "inbox-full", hint: expect.any(String) } });
    // Another session still has room, until what waits is too large in all.
    let large = 0;
    while (inbox.ask({ ...question, session: `t${large}`, text: "x".repeat(250_000) }, () => {}).ok) large += 1;
    expect(large).toBeGreaterThan(10);
    expect(large).toBeLessThan(30);
    expect(JSON.stringify(inbox.list()).length).toBeLessThan(8 * 1024 * 1024);
  });

  it("shows a question of 100 kB whole, and says what is missing of a larger one", () => {
    const inbox = start();
    asked(inbox, { text: "q".repeat(100_000) });
    asked(inbox, { text: "r".repeat(300_000) });
    const [whole, cut] = inbox.list();
    expect(whole?.text).toHaveLength(100_000);
    expect(cut?.text_left_out).toBe(300_000 - 256 * 1024);
    expect(JSON.stringify(inbox.summary()).length).toBeLessThan(2_000);
  });

  it("A7: shows and keeps no known secret, in the question or in the arguments", () => {
    const inbox = start({ secrets: ["hunter2-hunter2"] });
    asked(inbox, {
      kind: "approval",
      text: "with hunter2-hunter2?",
      args: { deep: ["hunter2-hunter2"], password: "x" },
    });
    expect(JSON.stringify(inbox.list())).not.toContain("hunter2");
    expect(inbox.list()).toMatchObject([{ args_cut: true, args: { password: "••••••" } }]);
    expect(JSON.stringify(restart(inbox).list())).not.toContain("hunter2");
  });

  it("is told for a day after it was answered, and then forgotten", () => {
    vi.useFakeTimers();
    try {
      let now = Date.parse("2026-01-01T10:00:00Z");
      const inbox = start({ now: () => now });
      const { id } = asked(inbox);
      inbox.answer(id, "the owner", accept("x"));
      now += 23 * 60 * 60 * 1000;
      vi.advanceTimersByTime(11 * 60 * 1000);
      expect(inbox.list()).toHaveLength(1);
      now += 2 * 60 * 60 * 1000;
      vi.advanceTimersByTime(11 * 60 * 1000);
      expect(inbox.list()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a restart of the daemon", () => {
  const same = ["question", "Which branch?"];
  it("P40: loses no open question: the agent that asks it again takes it up, and it is still one", () => {
    const first = start();
    const before = asked(first, { same });
    first.freeze();
    before.withdraw("the daemon ends");
    const inbox = restart(first);
    expect(inbox.list()).toMatchObject([{ id: before.id, text: "Which branch?", waiting: false }]);
    const again = asked(inbox, { same });
    expect(again.id).toBe(before.id);
    expect(inbox.list()).toHaveLength(1);
    expect(inbox.list()[0]?.waiting).toBeUndefined();
    inbox.answer(again.id, "the owner", accept("main"));
    expect(again.answers).toEqual([{ action: "accept", content: { answer: "main" } }]);
  });

  it("P40: an answer that was given while nobody waited is given to the agent that asks again, once", async () => {
    const inbox = restart(
      (() => {
        const first = start();
        asked(first, { same });
        return first;
      })(),
    );
    const [entry] = inbox.list();
    expect(inbox.answer(entry?.id ?? "", "the owner", accept("main"))).toEqual({ ok: true });
    const later = restart(inbox);
    const again = asked(later, { same });
    await vi.waitFor(() => expect(again.answers).toEqual([{ action: "accept", content: { answer: "main" } }]));
    expect(later.summary().open).toBe(0);
    expect(asked(later, { same }).answers).toEqual([]);
    expect(later.summary().open).toBe(1);
    // Another session's question of the same words is another one.
    const other = asked(later, { same, session: "s2" });
    expect(other.id).not.toBe("");
    expect(later.summary().open).toBe(2);
  });

  it("ends what nobody can ask again, and says so", () => {
    const first = start();
    const { id } = asked(first, { kind: "elicitation" });
    const inbox = restart(first);
    expect(inbox.list()).toMatchObject([{ id, answered: { how: "withdrawn", words: "the daemon was restarted" } }]);
    expect(inbox.summary().open).toBe(0);
  });

  it("P40: what was allowed for a session stays allowed there, and only until that session ends", () => {
    const first = start();
    first.allow("s1", ["call", "git", "push"]);
    const inbox = restart(first);
    expect(inbox.isAllowed("s1", ["call", "git", "push"])).toBe(true);
    expect(inbox.isAllowed("s2", ["call", "git", "push"])).toBe(false);
    expect(inbox.isAllowed("s1", ["call", "git", "pull"])).toBe(false);
    inbox.forget("s1");
    expect(inbox.isAllowed("s1", ["call", "git", "push"])).toBe(false);
  });

  it("a session that continues another one has its questions", async () => {
    const first = start();
    asked(first, { same });
    const inbox = restart(first);
    inbox.takeOver("s1", "s9");
    expect(inbox.list()).toMatchObject([{ session: "s9" }]);
    expect(restart(inbox).list()).toMatchObject([{ session: "s9" }]);
  });
});

describe("a part of the daemon that asks the person", () => {
  it("hears the answer, and a question that is asked twice at once is one", async () => {
    const inbox = start();
    const person = createAskPerson(inbox);
    const { signal } = new AbortController();
    const both = [1, 2].map(() => person.ask({ session: "s1", from: "Claude Code", text: "Go on?" }, signal));
    const [entry, other] = inbox.list();
    expect(other).toBeUndefined();
    inbox.answer(entry?.id ?? "", "the owner", accept("yes"));
    for (const answer of await Promise.all(both)) {
      expect(answer).toEqual({ ok: true, value: { action: "accept", content: { answer: "yes" } } });
    }
  });

  it("is told at once what cannot be asked, and when it was given up", async () => {
    const inbox = start();
    const person = createAskPerson(inbox);
    const abort = new AbortController();
    const ask = (more: object) => person.ask({ session: "s1", from: "A", text: "?", ...more }, abort.signal);
    expect(await ask({ schema: { type: "array" } })).toMatchObject({ ok: false, fault: { code: "bad-schema" } });
    expect(await ask({ text: "x".repeat(300_000) })).toMatchObject({ ok: false, fault: { code: "question-too-long" } });
    const waiting = ask({});
    abort.abort();
    expect(await waiting).toMatchObject({ ok: false, fault: { code: "withdrawn" } });
    expect(inbox.list()).toMatchObject([{ answered: { how: "withdrawn", by: "the agent" } }]);
    expect(await ask({ text: "later" })).toMatchObject({ ok: false, fault: { code: "withdrawn" } });
  });
});

describe("what an agent tells without waiting", () => {
  const notice = (text: string) => ({ kind: "notice" as const, title: "Build", text, schema: undefined });

  it("stays until a person has seen it, also when its agent has ended and the daemon begins anew", () => {
    const inbox = start();
    const { id } = asked(inbox, notice("done"));
    inbox.agentLeft("s1");
    const next = restart(inbox);
    expect(next.list()).toMatchObject([{ id, kind: "notice", title: "Build", text: "done" }]);
    expect(next.list()[0]?.answered).toBeUndefined();
    // Nobody is kept waiting by it.
    expect(next.waitingIn("s1")).toBeUndefined();
    expect(next.answer(id, "the owner", { action: "accept" })).toEqual({ ok: true });
    expect(next.list()[0]?.answered).toMatchObject({ by: "the owner", how: "accept" });
  });

  it("A64: never keeps anybody from asking: the oldest makes room, and who is waited for is told first", () => {
    const inbox = start();
    for (let n = 0; n <= MAX_TOLD_OF_SESSION; n += 1) asked(inbox, notice(`${n}`));
    const open = inbox.list().filter(({ answered }) => answered === undefined);
    expect(open.map(({ text }) => text)).toEqual(Array.from({ length: MAX_TOLD_OF_SESSION }, (_, n) => `${n + 1}`));
    for (let n = 0; n < MAX_OPEN_OF_SESSION; n += 1) asked(inbox, { text: `question ${n}` });
    expect(inbox.summary().heads[0]).toMatchObject({ kind: "question" });
    expect(inbox.waitingIn("s1")?.open).toBe(MAX_OPEN_OF_SESSION);
  });
});
