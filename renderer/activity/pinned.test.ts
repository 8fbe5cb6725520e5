import { expect, it } from "vitest";
import { togglePinned } from "./pinned.ts";

it("keeps what was pinned in each session, and lets go of it again", () => {
  const one = togglePinned({}, "s1", "c1");
  const two = togglePinned(togglePinned(one, "s2", "c1"), "s1", "c2");
  expect(two).toEqual({ s1: ["c1", "c2"], s2: ["c1"] });
  expect(togglePinned(two, "s1", "c1")).toEqual({ s1: ["c2"], s2: ["c1"] });
  expect(togglePinned(one, "s1", "c1")).toEqual({});
});

it("does not fill the browser's storage: the oldest pins give way", () => {
  let pins: Record<string, string[]> = {};
  for (let call = 0; call < 50; call += 1) pins = togglePinned(pins, "s", `c${call}`);
  expect(pins.s).toHaveLength(20);
  expect(pins.s?.at(-1)).toBe("c49");
  for (let session = 0; session < 150; session += 1) pins = togglePinned(pins, `s${session}`, "c");
  expect(Object.keys(pins)).toHaveLength(100);
  expect(pins.s149).toEqual(["c"]);
});
