/** Proves which MCP sessions give their servers back, and when: never one in use, and of many the longest unused first. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createQuietSessions, type MaybeQuiet } from "./quiet-sessions.ts";

interface Agent extends MaybeQuiet {
  name: string;
  busy: boolean;
  left: boolean;
  resting: boolean;
}
let rested: string[] = [];
const agent = (name: string, bearer = "one"): Agent => {
  const made: Agent = {
    name,
    busy: false,
    left: false,
    resting: false,
    session: { id: bearer },
    rest() {
      rested.push(name);
      made.resting = true;
    },
  };
  return made;
};
const create = () => createQuietSessions<Agent>({ idleMs: () => 30_000, clock: () => performance.now() });

beforeEach(() => {
  vi.useFakeTimers();
  rested = [];
});
afterEach(() => void vi.useRealTimers());

it("one without a reader keeps its servers for the time of the setting after its last use", () => {
  const quiet = create();
  const one = agent("one");
  quiet.note(one);
  vi.advanceTimersByTime(20_000);
  quiet.note(one);
  vi.advanceTimersByTime(29_000);
  expect(rested).toEqual([]);
  vi.advanceTimersByTime(1_100);
  expect(rested).toEqual(["one"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("one whose reader hung up has left after 5 s", () => {
  const quiet = create();
  const one = { ...agent("one"), left: true };
  quiet.note(one);
  vi.advanceTimersByTime(4_900);
  expect(rested).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(rested).toEqual(["one"]);
});

it("one in use is left alone, however many there are and however long it takes", () => {
  const quiet = create();
  const all = Array.from({ length: 70 }, (_, at) => ({ ...agent(`${at}`), busy: true }));
  for (const one of all) quiet.note(one);
  vi.advanceTimersByTime(10 * 3_600_000);
  expect(rested).toEqual([]);
  // What it does ends without a word: a task.
  const [first] = all;
  if (first !== undefined) first.busy = false;
  vi.advanceTimersByTime(60_100);
  expect(rested).toEqual(["0"]);
});

it("four of one token and sixteen in all keep their servers, those that were used last; none that may be between two calls", () => {
  const quiet = create();
  const mine = Array.from({ length: 10 }, (_, at) => agent(`a${at}`));
  for (const one of mine) {
    quiet.note(one);
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(850);
  expect(rested).toEqual([]);
  vi.advanceTimersByTime(1_200);
  expect(rested.sort()).toEqual(["a0", "a1", "a2", "a3", "a4", "a5"]);
  rested = [];
  for (let bearer = 0; bearer < 30; bearer += 1) quiet.note(agent(`b${bearer}`, `bearer ${bearer}`));
  vi.advanceTimersByTime(1_100);
  expect(rested).toHaveLength(18);
  expect(rested).toEqual(expect.arrayContaining(["a6", "a7", "a8", "a9", "b0", "b13"]));
});

it("one that has ended is forgotten", () => {
  const quiet = create();
  const one = agent("one");
  quiet.note(one);
  quiet.forget(one);
  vi.advanceTimersByTime(60_000);
  expect(rested).toEqual([]);
});
