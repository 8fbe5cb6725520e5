/** Proves that the window opens where it was, and always where it can be reached. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrangement, parseWindowState, placeFor, rememberPlace, rescuedPlace } from "./window-state.ts";

const screen = (x: number, y: number, width: number, height: number, scaleFactor = 1) => ({
  bounds: { x, y, width, height },
  workArea: { x, y: y + 30, width, height: height - 30 },
  scaleFactor,
});
const laptop = screen(0, 0, 1440, 900, 2);
const desk = screen(1440, 0, 2560, 1440);
const empty = parseWindowState(undefined);
const place = { x: 1600, y: 100, width: 1200, height: 800, maximized: false };

it("every arrangement of displays has its own place", () => {
  let state = rememberPlace(empty, [laptop, desk], place);
  state = rememberPlace(state, [laptop], { ...place, x: 40 });
  expect(placeFor(state, [desk, laptop])).toEqual(place);
  expect(placeFor(state, [laptop])?.x).toBe(40);
  expect(placeFor(state, [desk])).toBeUndefined();
});

it("a display that is gone does not take the window with it", () => {
  const state = { version: 1 as const, places: [{ displays: arrangement([laptop]), place }] };
  expect(placeFor(state, [laptop])).toEqual({ x: 240, y: 100, width: 1200, height: 800, maximized: false });
});

it("a place larger than the display shrinks to it", () => {
  const state = rememberPlace(empty, [laptop], { x: -500, y: -500, width: 9000, height: 9000, maximized: true });
  expect(placeFor(state, [laptop])).toEqual({ x: 0, y: 30, width: 1440, height: 870, maximized: true });
});

it("wherever it was kept, it opens within a work area", () => {
  const number = fc.integer({ min: -40_000, max: 40_000 });
  const size = fc.integer({ min: 100, max: 32_768 });
  fc.assert(
    fc.property(number, number, size, size, (x, y, width, height) => {
      const kept = rememberPlace(empty, [laptop, desk], { x, y, width, height, maximized: false });
      const now = placeFor(kept, [laptop, desk]);
      const inside = [laptop, desk].some(
        ({ workArea: area }) =>
          now !== undefined &&
          now.x >= area.x &&
          now.y >= area.y &&
          now.x + now.width <= area.x + area.width &&
          now.y + now.height <= area.y + area.height,
      );
      expect(inside).toBe(true);
    }),
  );
});

describe("a damaged file opens the window as on the first day", () => {
  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"version":2,"places":[]}',
    '{"version":1,"places":[{"displays":1}]}',
    "\0\0",
    '{"version":1,"places":[{"displays":"a","place":{"x":1e99,"y":0,"width":1,"height":1,"maximized":false}}]}',
  ])("%j", (text) => expect(parseWindowState(text)).toEqual({ version: 1, places: [] }));
});

it("remembers a bounded number of arrangements, the latest ones", () => {
  let state = empty;
  for (let width = 1000; width < 1040; width += 1) state = rememberPlace(state, [screen(0, 0, width, 900)], place);
  expect(state.places).toHaveLength(16);
  expect(placeFor(state, [screen(0, 0, 1039, 900)])).toBeDefined();
});

it.each([
  ["on a display that was taken away", { x: 1600, y: 100, width: 1280, height: 820 }, { x: 160, y: 80 }],
  ["above every display", { x: 100, y: -500, width: 800, height: 600 }, { x: 100, y: 30 }],
  ["below every display", { x: 100, y: 2000, width: 800, height: 600 }, { x: 100, y: 300 }],
  ["with a sliver of its title bar in sight", { x: 1420, y: 100, width: 800, height: 600 }, { x: 640, y: 100 }],
])("a window %s is brought back", (_where, bounds, place) => {
  expect(rescuedPlace(bounds, [laptop])).toMatchObject(place);
});

it.each([
  ["half outside, as people put it", { x: 1000, y: 200, width: 1280, height: 820 }],
  ["on the other display", { x: 1600, y: 100, width: 1280, height: 820 }],
  ["larger than its display", { x: -10, y: 30, width: 5000, height: 3000 }],
])("a window %s stays where it is", (_where, bounds) => {
  expect(rescuedPlace(bounds, [laptop, desk])).toBeUndefined();
  expect(rescuedPlace(bounds, [])).toBeUndefined();
});
