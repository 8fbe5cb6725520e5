/** Proves what an agent may tell its person: bounded in size and number, and a preview only of what its own session serves. */
import { expect, it } from "vitest";
import { failed, ok } from "../../../shared/protocol/fault.ts";
import type { InboxEntry } from "../../../shared/protocol/inbox-api.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { createTellPerson, MAX_A_MINUTE } from "./tell-person.ts";

function start(served: readonly number[] = []) {
  const entries: InboxEntry[] = [];
  let at = 0;
  const inbox: Pick<Inbox, "ask" | "list"> = {
    ask(entry) {
      const { same: _, session = "", ...rest } = entry;
      entries.push({ ...rest, session, id: `e${entries.length}`, created_at: "2026-01-01T00:00:00Z" } as InboxEntry);
      return ok({ id: "e", withdraw() {}, answeredElsewhere() {} });
    },
    list: () => entries,
  };
  const tell = createTellPerson({ inbox, serves: async (_, port) => served.includes(port), steady: () => at });
  const pass = (ms: number) => {
    at += ms;
  };
  return { tell, entries, pass };
}
const agent = { id: "s1", agent: "Claude Code" };

it("a notice has a title and a message, each of a bounded length", () => {
  const { tell, entries } = start();
  expect(tell.notify(agent, { title: " Build ", message: "It passed." })).toMatchObject({ ok: true });
  expect(entries).toMatchObject([
    { kind: "notice", session: "s1", from: "Claude Code", title: "Build", text: "It passed." },
  ]);
  for (const wrong of [
    {},
    { title: "", message: "x" },
    { title: "x", message: 1 },
    { title: "x".repeat(121), message: "x" },
  ]) {
    expect(tell.notify(agent, wrong)).toMatchObject({ ok: false, fault: { code: "invalid-input" } });
  }
  expect(entries).toHaveLength(1);
});

it("an agent that tells more than a person can read is told so, until a minute has passed; another session is heard", () => {
  const { tell, entries, pass } = start();
  const say = (id = "s1") => tell.notify({ ...agent, id }, { title: "Again", message: "and again" });
  for (let n = 0; n < MAX_A_MINUTE; n += 1) expect(say().ok).toBe(true);
  expect(say()).toMatchObject({ ok: false, fault: { code: "too-many" } });
  expect(say("s2").ok).toBe(true);
  pass(60_000);
  expect(say().ok).toBe(true);
  expect(entries).toHaveLength(MAX_A_MINUTE + 2);
});

it("a preview is offered only of a port that a program of the session serves, once, and only within that address", async () => {
  const { tell, entries } = start([3000]);
  expect(await tell.offerPreview(agent, { port: 5432 })).toEqual(
    failed("not-listening", expect.stringContaining("port 5432")),
  );
  for (const path of ["login", "//elsewhere.example", "/a b", "https://elsewhere.example"]) {
    expect(await tell.offerPreview(agent, { port: 3000, path })).toMatchObject({ fault: { code: "invalid-input" } });
  }
  expect(await tell.offerPreview(agent, { port: 3000, path: "/login" })).toMatchObject({ ok: true });
  expect(await tell.offerPreview(agent, { port: 3000, path: "/login" })).toEqual(
    ok("The user is offered this already."),
  );
  expect(entries).toMatchObject([{ kind: "preview", preview: { port: 3000, path: "/login" } }]);
  expect(entries).toHaveLength(1);
});
