import { expect, it } from "vitest";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import type { ToolEvent } from "../../shared/events/tool-event.ts";
import { createTurns, noteCall } from "./turns.ts";

const START = Date.parse("2026-11-20T14:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

function turnsOf(...events: [number, string, NonNullable<ToolEvent["kind"]>][]) {
  const log = createCallLog();
  const turns = createTurns();
  for (const [index, [seconds, call, kind]] of events.entries()) {
    applyEntry(log, { seq: index + 1, at: at(seconds), event: { tool: call, call, kind, timestamp: at(seconds) } });
    const folded = log.calls.get(call);
    if (folded !== undefined) noteCall(turns, folded, log.calls.size - 1);
  }
  return turns;
}

it("keeps calls together that follow each other closely, however long one of them runs", () => {
  const turns = turnsOf(
    [0, "a", "started"],
    [1, "b", "started"],
    [2, "b", "finished"],
    [90, "c", "started"],
    [95, "a", "finished"],
    [96, "c", "finished"],
    [110, "d", "started"],
  );
  expect(turns.list.map(({ count }) => count)).toEqual([4]);
});

it("begins a new turn after a pause in which nothing ran", () => {
  const turns = turnsOf([0, "a", "started"], [1, "a", "finished"], [25, "b", "started"], [26, "b", "finished"]);
  expect(turns.list.map(({ number, count }) => [number, count])).toEqual([
    [1, 1],
    [2, 1],
  ]);
});

it("brackets what ran at the same time, and nothing that ran alone", () => {
  const turns = turnsOf(
    [0, "a", "started"],
    [1, "b", "started"],
    [2, "a", "finished"],
    [2, "b", "finished"],
    [3, "c", "started"],
  );
  expect(turns.brackets.get("a")).toBe(turns.brackets.get("b"));
  expect(turns.brackets.has("c")).toBe(false);
});
