import { expect, it } from "vitest";
import { applyEntry, createCallLog } from "../../shared/events/fold.ts";
import type { ToolEvent } from "../../shared/events/tool-event.ts";
import { createTurns, noteCall, noteStart } from "./turns.ts";

const START = Date.parse("2026-11-20T14:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

type Step = [number, string, NonNullable<ToolEvent["kind"]>];

const turnsOf = (...events: Step[]) => turnsWith([], ...events);

/** `starts`: seconds at which the agent says that a turn begins, known beforehand. */
function turnsWith(starts: number[], ...events: Step[]) {
  const log = createCallLog();
  const turns = createTurns();
  for (const start of starts) noteStart(turns, at(start));
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

it("what the agent says of its turns decides: neither a pause nor a call in the background overrules it", () => {
  const turns = turnsWith(
    [0, 100],
    [1, "a", "started"],
    [2, "a", "finished"],
    [60, "long", "started"],
    [101, "b", "started"],
    [102, "b", "finished"],
    [130, "long", "finished"],
    [170, "c", "started"],
  );
  expect(turns.list.map(({ count, reported }) => [count, reported !== undefined])).toEqual([
    [2, true],
    [2, true],
  ]);
});

it("calls from before the agent's first word are grouped by a guess, and said to be", () => {
  const turns = turnsWith([50], [0, "a", "started"], [1, "a", "finished"], [30, "b", "started"], [51, "c", "started"]);
  expect(turns.list.map(({ count, reported }) => [count, reported])).toEqual([
    [1, undefined],
    [1, undefined],
    [1, Date.parse(at(50))],
  ]);
});

it("a word that comes after its calls says that the turns are to be made anew, once", () => {
  const turns = turnsOf([0, "a", "started"], [5, "b", "started"]);
  expect(noteStart(turns, at(9))).toBe(false);
  expect(noteStart(turns, at(4))).toBe(true);
  expect(noteStart(turns, at(4))).toBe(false);
  expect(noteStart(turns, "never")).toBe(false);
  expect(createTurns(turns.starts).starts).toEqual([Date.parse(at(4)), Date.parse(at(9))]);
});

it("calls that are folded already when they come share a bracket all the same if they overlapped", () => {
  const log = createCallLog();
  const steps: Step[] = [
    [0, "a", "started"],
    [1, "b", "started"],
    [2, "b", "finished"],
    [60, "a", "finished"],
    [61, "c", "started"],
    [62, "c", "finished"],
  ];
  for (const [index, [seconds, call, kind]] of steps.entries())
    applyEntry(log, { seq: index + 1, at: at(seconds), event: { tool: call, call, kind, timestamp: at(seconds) } });
  const turns = createTurns();
  for (const [index, call] of [...log.calls.values()].entries()) noteCall(turns, call, index);
  expect(turns.brackets.get("a")).toBe(turns.brackets.get("b"));
  expect(turns.brackets.has("c")).toBe(false);
  expect(turns.list).toHaveLength(1);
});
