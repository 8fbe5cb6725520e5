import { expect, it } from "vitest";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import type { StreamEvent } from "../../shared/events/tool-event.ts";
import { createTurns, noteCall } from "../stores/turns.ts";
import { NO_FILTER } from "./filters.ts";
import { ListItems } from "./list-items.ts";

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
  return { source: { log, order, turns }, add, call };
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
  expect(shown(new ListItems(source, NO_FILTER))).toEqual(["Turn 2:1", "c", "Turn 1:2", "b", "a"]);
});

it("draws gaps at their place, whether the list was there before them or not", () => {
  const { source, call, add } = feed();
  const live = new ListItems(source, NO_FILTER);
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
  expect(shown(new ListItems(source, NO_FILTER))).toEqual(expected);
});

it("leaves out what does not match, and the gaps with it", () => {
  const { source, call, add } = feed();
  call("a", 0, 1);
  add(2, { kind: "gap", missed: 1 });
  call("b", 3, 4);
  expect(shown(new ListItems(source, { ...NO_FILTER, text: "a" }))).toEqual(["Turn 1:1", "a"]);
});

it("gives a row more room when its call has more to say", () => {
  const { source, call, add } = feed();
  call("a", 0);
  const list = new ListItems(source, NO_FILTER);
  expect(list.layout.height).toBe(62);
  add(1, { tool: "a", call: "a", kind: "progress", progress: 1, total: 4 });
  expect(list.resize(["a", "unknown"])).toBe(true);
  expect(list.layout.height).toBe(84);
});
