/** Proves that a link which comes too early is still followed, once. */
import { expect, it } from "vitest";
import { createPendingNotices, type PageNotice } from "./pending-notices.ts";

const link = (value: string): PageNotice => ({ channel: "navigate", value });

it("what came before the page listens is delivered in order, once, and the rest at once", () => {
  const seen: string[] = [];
  const pending = createPendingNotices(({ value }) => seen.push(value));
  pending.push(link("a"));
  pending.push(link("b"));
  expect(seen).toEqual([]);
  pending.ready();
  pending.ready();
  pending.push(link("c"));
  expect(seen).toEqual(["a", "b", "c"]);
});

it("while the page loads again, links wait again", () => {
  const seen: string[] = [];
  const pending = createPendingNotices(({ value }) => seen.push(value));
  pending.ready();
  pending.notReady();
  pending.push(link("a"));
  expect(seen).toEqual([]);
  pending.ready();
  expect(seen).toEqual(["a"]);
});

it("a flood is bounded and the latest win", () => {
  const seen: string[] = [];
  const pending = createPendingNotices(({ value }) => seen.push(value));
  for (let index = 0; index < 1000; index += 1) pending.push(link(String(index)));
  pending.ready();
  expect(seen).toEqual(["992", "993", "994", "995", "996", "997", "998", "999"]);
});
