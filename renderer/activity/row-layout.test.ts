import { expect, it } from "vitest";
import { RowLayout } from "./row-layout.ts";

function layoutOf(...heights: number[]): RowLayout {
  const layout = new RowLayout();
  for (const height of heights) layout.push(height);
  return layout;
}

it("puts the newest row at the top and every other below it", () => {
  const layout = layoutOf(10, 20, 30);
  expect([2, 1, 0].map((row) => layout.topOf(row))).toEqual([0, 30, 50]);
  expect(layout.height).toBe(60);
});

it("shows exactly the rows that a viewport touches", () => {
  const layout = layoutOf(10, 20, 30);
  expect(layout.visible(0, 30, 0)).toEqual({ from: 2, to: 1 });
  expect(layout.visible(0, 29, 0)).toEqual({ from: 2, to: 2 });
  expect(layout.visible(31, 100, 0)).toEqual({ from: 1, to: 0 });
  expect(layout.visible(500, 100, 0)).toEqual({ from: 0, to: 0 });
  expect(layout.visible(0, 10, 5)).toEqual({ from: 2, to: 0 });
  expect(layoutOf().visible(0, 100, 3)).toEqual({ from: -1, to: -1 });
});

it("moves only what stands below a row that grows", () => {
  const layout = layoutOf(10, 20, 30);
  expect(layout.resize(1, 50)).toBe(true);
  expect([2, 1, 0].map((row) => layout.topOf(row))).toEqual([0, 30, 80]);
  expect(layout.resize(1, 50)).toBe(false);
  layout.pop();
  expect(layout.height).toBe(60);
});

it("grows at its lower end without moving what is above", () => {
  const layout = layoutOf(10, 20);
  layout.extend([5, 7]);
  expect([3, 2, 1, 0].map((row) => layout.topOf(row))).toEqual([0, 20, 30, 35]);
  expect(layout.visible(31, 5, 0)).toEqual({ from: 1, to: 0 });
  layout.extend([]);
  layout.push(30);
  expect([4, 0].map((row) => layout.topOf(row))).toEqual([0, 65]);
  expect(layout.resize(1, 15)).toBe(true);
  expect([4, 3, 2, 1, 0].map((row) => layout.topOf(row))).toEqual([0, 30, 50, 60, 75]);
  expect(layout.height).toBe(82);
});

it("agrees with a plain sum for any heights and places", () => {
  const heights = Array.from({ length: 300 }, (_, at) => 26 + ((at * 37) % 30));
  const layout = layoutOf(...heights);
  for (let top = 0; top < layout.height; top += 97) {
    const { from, to } = layout.visible(top, 400, 0);
    for (let row = 0; row < heights.length; row += 1) {
      const touches = layout.topOf(row) < top + 400 && layout.topOf(row) + layout.heightOf(row) > top;
      if (touches) expect(row <= from && row >= to, `${top} ${row}`).toBe(true);
    }
    expect(from - to).toBeLessThan(400 / 26 + 3);
  }
});
