/** Proves that the journal's fold stays cheap and small however many calls a session has had. */
import { expect, it } from "vitest";
import { foldCalls } from "./fold-calls.ts";

const AT = "2026-04-17T10:20:33.000Z";
const NOTHING = { open: [], counts: { total: 0, running: 0, failed: 0, last: undefined }, last: 0 };

/** Two entries a call: started and finished. */
function entries(from: number, to: number): unknown[] {
  const all: unknown[] = [];
  for (let call = from; call < to; call += 1) {
    const common = { call: `call-${call}`, tool: "build", timestamp: AT };
    all.push({ seq: 2 * call + 1, at: AT, event: { ...common, kind: "started", token: call } });
    all.push({ seq: 2 * call + 2, at: AT, event: { ...common, kind: "finished", duration_ms: 1 } });
  }
  return all;
}

it("counts and keeps every call of a burst until it is written, and then forgets the ended ones", () => {
  const fold = foldCalls(NOTHING);
  fold.apply(entries(0, 5_000));
  expect(fold.changed()).toHaveLength(5_000);
  fold.written();
  fold.apply(entries(5_000, 5_001));
  expect(fold.counts()).toMatchObject({ total: 5_001, running: 0, failed: 0 });
  expect(fold.changed().map(({ id }) => id)).toEqual(["call-5000"]);
});

it("records 40,000 calls that come at once in seconds, not in minutes", { timeout: 20_000 }, () => {
  const fold = foldCalls(NOTHING);
  fold.apply(entries(0, 40_000));
  expect(fold.counts().total).toBe(40_000);
});

it("never forgets a call that still runs", () => {
  const fold = foldCalls(NOTHING);
  const running = { call: "long", tool: "deploy", kind: "started", token: 1, timestamp: AT };
  fold.apply([{ seq: 1, at: AT, event: running }]);
  fold.apply(entries(1, 5_000));
  fold.written();
  expect(fold.counts().running).toBe(1);
  fold.apply([{ seq: 20_000, at: AT, event: { ...running, kind: "finished" } }]);
  expect(fold.counts()).toMatchObject({ running: 0, total: 5_000 });
});
