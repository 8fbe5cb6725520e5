import { expect, it } from "vitest";
import type { Item } from "./list-item.ts";
import { nextWhere, target } from "./list-keys.ts";

const call = (id: string): Item => ({ kind: "call", key: id, id });
const turn: Item = {
  kind: "turn",
  key: "turn-1",
  turn: {
    number: 1,
    first: 0,
    reported: undefined,
    count: 1,
    startedAt: 0,
    lastAt: 0,
    open: new Set(),
    longest: { id: "", lastSeq: 0 },
  },
  shown: 1,
};
/** From the bottom of the list up. */
const items = [call("a"), call("b"), turn, call("c"), turn];

it("moves from call to call, over heads, and stays at the ends", () => {
  expect(target("ArrowDown", items, undefined)).toBe(3);
  expect(target("ArrowDown", items, 3)).toBe(1);
  expect(target("ArrowDown", items, 0)).toBe(0);
  expect(target("ArrowUp", items, 1)).toBe(3);
  expect(target("ArrowUp", items, 3)).toBe(3);
  expect(target("Home", items, 0)).toBe(3);
  expect(target("End", items, 3)).toBe(0);
  expect(target("x", items, 3)).toBeUndefined();
});

it("finds the next error downwards and around", () => {
  const isError = (id: string) => id === "c" || id === "a";
  expect(nextWhere(items, 3, isError)).toBe(0);
  expect(nextWhere(items, 0, isError)).toBe(3);
  expect(nextWhere(items, 1, () => false)).toBe(1);
});
