/** Proves that every theme of the terminal, also a person's own in short form, is told to the daemon whole. */
import { expect, it } from "vitest";
import { DARK_TERMINAL } from "../../shared/protocol/terminal-colours.ts";
import { terminalTheme } from "../theme/terminal-theme.ts";
import { toldColours } from "./told-colours.ts";

it("programs are answered with the colours that the person sees, also before any page is there", () => {
  expect(toldColours(terminalTheme("dark"))).toEqual(DARK_TERMINAL);
  expect(toldColours(terminalTheme("light"))?.background).toBe("#fbfcfd");
  expect(toldColours(terminalTheme("contrast"))?.background).toBe("#000000");
  expect(toldColours({ ...terminalTheme("light"), background: "#fAc" })?.background).toBe("#ffAAcc");
  expect(toldColours({})).toBeUndefined();
});
