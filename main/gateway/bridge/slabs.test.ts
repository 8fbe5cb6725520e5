/** Proves that memory which somebody still needs is neither written again nor given back, and all other is. */
import { expect, it } from "vitest";
import { createSlabs } from "./slabs.ts";

it("a burst's memory goes back at once when it is over, but for a little, and none of what is held", () => {
  const slabs = createSlabs();
  const taken = Array.from({ length: 40 }, () => slabs.take());
  const [held, ...others] = taken;
  if (held !== undefined) held.uses += 1;
  for (const slab of taken) slab.release();
  slabs.trim();
  expect(others.filter(({ bytes }) => bytes.length > 0)).toHaveLength(8);
  expect(held?.bytes.length).toBeGreaterThan(0);
  const again = Array.from({ length: 10 }, () => slabs.take());
  expect(again.every(({ bytes, places }) => bytes.length > 0 && places.length > 0)).toBe(true);
  expect(again).not.toContain(held);
  held?.release();
  expect(slabs.take()).toBe(held);
});
