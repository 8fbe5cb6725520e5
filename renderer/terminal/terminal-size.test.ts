import { expect, it } from "vitest";
import { createTerminalSize, type Size } from "./terminal-size.ts";

function terminal(room: Size, watching = false) {
  const drawn: string[] = [];
  const told: string[] = [];
  const text = ({ cols, rows }: Size) => `${cols}×${rows}`;
  const state = { room };
  const size = createTerminalSize({
    mayAsk: () => !watching,
    propose: () => state.room,
    apply: (next) => drawn.push(text(next)),
    tell: (next) => told.push(text(next)),
  });
  return { size, drawn, told, state };
}

it("draws at the size of the viewer who typed last, so that the screen is not garbled, and takes over when one types here", () => {
  const { size, drawn, told, state } = terminal({ cols: 100, rows: 30 });
  size.connected({ cols: 100, rows: 30 });
  size.theirs({ cols: 60, rows: 20 });
  size.layout();
  state.room = { cols: 110, rows: 30 };
  size.layout();
  expect(drawn).toEqual(["60×20"]);
  expect(told).toEqual(["110×30"]);
  size.typed();
  expect(drawn.at(-1)).toBe("110×30");
});

it("goes on drawing at the size of who typed last when its connection was cut and has come back", () => {
  const { size, drawn } = terminal({ cols: 100, rows: 30 });
  size.connected(size.asks({ cols: 80, rows: 24 }));
  size.theirs({ cols: 60, rows: 20 });
  size.connected(size.asks({ cols: 60, rows: 20 }));
  size.layout();
  size.theirs({ cols: 60, rows: 20 });
  size.layout();
  expect(drawn).toEqual(["60×20", "60×20"]);
});

it("is not held at an old size of its own that comes back late", () => {
  const { size, drawn, state } = terminal({ cols: 100, rows: 30 });
  size.connected({ cols: 100, rows: 30 });
  state.room = { cols: 110, rows: 30 };
  size.layout();
  size.theirs({ cols: 100, rows: 30 });
  size.layout();
  expect(drawn).toEqual(["110×30", "100×30", "110×30"]);
});

it("is told each wish once, and nothing while there is no room to measure", () => {
  const { size, told, drawn, state } = terminal({ cols: 80, rows: 24 });
  size.layout();
  size.layout();
  expect(told).toEqual(["80×24"]);
  const nowhere = createTerminalSize({
    mayAsk: () => true,
    propose: () => undefined,
    apply: () => drawn.push("never"),
    tell: () => told.push("never"),
  });
  nowhere.layout();
  expect([...drawn, ...told]).not.toContain("never");
  expect(state.room.cols).toBe(80);
});

it("a device that may only watch draws at the program's size and never asks for another", () => {
  const { size, drawn, told, state } = terminal({ cols: 40, rows: 20 }, true);
  size.connected({ cols: 40, rows: 20 });
  size.theirs({ cols: 120, rows: 34 });
  state.room = { cols: 60, rows: 30 };
  size.layout();
  size.typed();
  expect(drawn).toEqual(["120×34"]);
  expect(told).toEqual([]);
});
