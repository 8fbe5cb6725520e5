/** The window appears on every compositor: at the first sign of content, and without any after a limit. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createReveal, type RevealSign, revealLimit } from "./reveal.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each(["ready-to-show", "did-finish-load", "did-fail-load"] as const)("is shown at %s, once", (sign: RevealSign) => {
  const show = vi.fn();
  const reveal = createReveal(1_500, show);
  reveal.want();
  expect(show).not.toHaveBeenCalled();
  reveal.sign(sign);
  reveal.sign("ready-to-show");
  vi.advanceTimersByTime(10_000);
  expect(show.mock.calls).toEqual([[sign]]);
});

it("a compositor that never paints a hidden window gets it shown all the same", () => {
  const show = vi.fn();
  createReveal(revealLimit("linux"), show).want();
  vi.advanceTimersByTime(1_499);
  expect(show).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(show.mock.calls).toEqual([["late"]]);
});

it("a second start shows it at once", () => {
  const show = vi.fn();
  const reveal = createReveal(5_000, show);
  reveal.want();
  reveal.want(true);
  expect(show).toHaveBeenCalledTimes(1);
  reveal.want(true);
  expect(show).toHaveBeenCalledTimes(2);
});

it("one that was hidden meanwhile stays hidden until it is wanted again", () => {
  const show = vi.fn();
  const reveal = createReveal(1_500, show);
  reveal.want();
  reveal.unwant();
  reveal.sign("ready-to-show");
  vi.advanceTimersByTime(10_000);
  expect(show).not.toHaveBeenCalled();
  reveal.want();
  expect(show).toHaveBeenCalledTimes(1);
  reveal.dispose();
  expect(vi.getTimerCount()).toBe(0);
});
