/** Proves that a script reads what a person sees: lines as they were printed, whatever the width. */
import headless from "@xterm/headless";
import { expect, it } from "vitest";
import { screenText } from "./screen-text.ts";

async function screen(printed: string, { cols = 20, rows = 4 } = {}) {
  const terminal = new headless.Terminal({ cols, rows, scrollback: 100, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(printed, resolve));
  return terminal;
}

it("gives what is on the screen, without colours and without empty lines at its end", async () => {
  const terminal = await screen("\u001b[31mred\u001b[0m  \r\n\r\nend\r\n");
  expect(screenText(terminal)).toBe("red\n\nend");
});

it("gives a wrapped line as one, from its beginning", async () => {
  const long = "abcdefghij".repeat(5);
  const terminal = await screen(`first\r\n${long}\r\nlast`, { cols: 20, rows: 3 });
  expect(screenText(terminal)).toBe(`${long}\nlast`);
  expect(screenText(terminal, 2)).toBe(`${long}\nlast`);
});

it("keeps the space at which a line wraps", async () => {
  const terminal = await screen("aaaaaaaaaaaaaaaaaaa bbb");
  expect(screenText(terminal)).toBe("aaaaaaaaaaaaaaaaaaa bbb");
});

it("gives so many lines from the end, also from above the screen", async () => {
  const terminal = await screen(Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\r\n"));
  expect(screenText(terminal, 6).split("\n")).toEqual([24, 25, 26, 27, 28, 29].map((at) => `line ${at}`));
  expect(screenText(terminal, 1_000).split("\n")).toHaveLength(30);
  expect(screenText(await screen(""), 5)).toBe("");
});

it("shows the other screen while a program has that", async () => {
  const terminal = await screen("shell\r\n\u001b[?1049h\u001b[Hmenu");
  expect(screenText(terminal)).toBe("menu");
  expect(screenText(terminal, 10)).toBe("menu");
});
