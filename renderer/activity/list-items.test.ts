import fc from "fast-check";
import { expect, it } from "vitest";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import type { StreamEvent } from "../../shared/events/tool-event.ts";
import { type Filter, NO_FILTER } from "../stores/filters.ts";
import { createTurns, noteCall, noteStart } from "../stores/turns.ts";
import { type ItemSource, ListItems } from "./list-items.ts";

const START = Date.parse("2026-11-20T14:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

/** A log that is fed step by step, as the page's store does it. */
function feed() {
  const log = createCallLog();
  const order: string[] = [];
  const turns = createTurns();
  let seq = 0;
  const add = (seconds: number, event: StreamEvent) => {
    seq += 1;
    for (const id of applyEntry(log, { seq, at: at(seconds), event })) {
      const call = log.calls.get(id);
      if (call === undefined) continue;
      if (!turns.byCall.has(id)) order.push(id);
      noteCall(turns, call, order.length - 1);
    }
  };
  const call = (id: string, from: number, to?: number) => {
    add(from, { tool: id, call: id, kind: "started", timestamp: at(from) });
    if (to !== undefined) add(to, { tool: id, call: id, kind: "finished", timestamp: at(to) });
  };
  return { source: { log, order, turns, older: 0, since: 0, generation: () => 0 }, add, call };
}

function listOf(source: ItemSource, filter: Filter = NO_FILTER): ListItems {
  const list = new ListItems(source, filter);
  list.fill();
  return list;
}

/** From the top of the list down. */
const shown = (list: ListItems) =>
  list.items
    .map((item) =>
      item.kind === "call" ? item.id : item.kind === "turn" ? `Turn ${item.turn.number}:${item.shown}` : "gap",
    )
    .reverse();

it("shows the newest turn and call first, each turn under its head", () => {
  const { source, call } = feed();
  call("a", 0, 1);
  call("b", 2, 3);
  call("c", 60, 61);
  expect(shown(listOf(source))).toEqual(["Turn 2:1", "c", "Turn 1:2", "b", "a"]);
});

it("draws gaps at their place, whether the list was there before them or not", () => {
  const { source, call, add } = feed();
  const live = listOf(source);
  call("a", 0, 1);
  live.sync();
  add(5, { kind: "gap", missed: 3 });
  live.sync();
  expect(shown(live)).toEqual(["gap", "Turn 1:1", "a"]);
  call("b", 6, 7);
  live.sync();
  call("c", 90, 91);
  add(95, { kind: "gap", missed: null });
  live.sync();
  const expected = ["gap", "Turn 2:1", "c", "Turn 1:2", "b", "gap", "a"];
  expect(shown(live)).toEqual(expected);
  expect(shown(listOf(source))).toEqual(expected);
});

it("leaves out what does not match, and the gaps with it", () => {
  const { source, call, add } = feed();
  call("a", 0, 1);
  add(2, { kind: "gap", missed: 1 });
  call("b", 3, 4);
  expect(shown(listOf(source, { ...NO_FILTER, text: "a" }))).toEqual(["Turn 1:1", "a"]);
});

it("says that turns are guessed at one head alone: the highest that is, also when a newer one comes, and at none that was reported", () => {
  const { source, call } = feed();
  const live = listOf(source);
  expect(live.guess).toBeUndefined();
  call("a", 0, 1);
  call("b", 60, 61);
  for (const list of [live, listOf(source)]) {
    list.sync();
    expect(list.guess).toMatchObject({ key: "turn-2" });
    expect(list.items).toContain(list.guess);
  }
  expect(listOf(source, { ...NO_FILTER, text: "a" }).guess).toMatchObject({ key: "turn-1" });
  noteStart(source.turns, at(100));
  call("c", 101, 102);
  live.sync();
  expect(shown(live)[0]).toBe("Turn 3:1");
  for (const list of [live, listOf(source)]) expect(list.guess).toMatchObject({ key: "turn-2" });
});

it("gives a row more room when its call has more to say", () => {
  const { source, call, add } = feed();
  call("a", 0);
  const list = listOf(source);
  expect(list.layout.height).toBe(62);
  add(1, { tool: "a", call: "a", kind: "progress", progress: 1, total: 4 });
  expect(list.resize(["a", "unknown"])).toBe(true);
  expect(list.layout.height).toBe(84);
});

it("is laid out the same from the newest down, in any steps, as it grows call by call", () => {
  const events = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ pause: fc.constantFrom(1, 5, 40), length: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.constant("gap" as const) },
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(events, fc.nat(30), fc.boolean(), (steps, begun, filtered) => {
      const filter = filtered ? { ...NO_FILTER, text: "a" } : NO_FILTER;
      const { source, call, add } = feed();
      const grown = listOf(source, filter);
      let late: ListItems | undefined;
      let now = 0;
      steps.forEach((step, at) => {
        if (at === begun) late = new ListItems(source, filter);
        now += step === "gap" ? 1 : step.pause;
        if (step === "gap") add(now, { kind: "gap", missed: 1 });
        else call(`${at % 3 === 0 ? "a" : "b"}${at}`, now, now + step.length);
        grown.sync();
        // One that was begun in between grows at both ends.
        late?.fill(once(), 2);
        late?.sync();
      });
      late ??= new ListItems(source, filter);
      while (!late.complete) late.fill(once(), 2);
      expect(shown(late)).toEqual(shown(grown));
      expect(late.guess?.key).toBe(grown.guess?.key);
      expect(late.layout.height).toBe(grown.layout.height);
      for (const item of grown.items) if (item.kind === "call") expect(late.rowOf(item.id)).toBe(grown.rowOf(item.id));
    }),
  );
});

/** True, then false. */
function once(): () => boolean {
  let asked = false;
  return () => {
    const first = !asked;
    asked = true;
    return first;
  };
}
