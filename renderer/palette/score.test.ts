import { expect, it } from "vitest";
import { score } from "./score.ts";

const rank = (query: string, ...texts: string[]) =>
  texts
    .map((text) => ({ text, score: score(text, query) }))
    .filter((entry) => entry.score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map((entry) => entry.text);

it("puts what begins with the typed letters first", () => {
  expect(rank("set", "Reset layout", "Settings")).toEqual(["Settings", "Reset layout"]);
});

it("finds by initials and by several words in any order", () => {
  expect(rank("ns", "New session", "Find")).toEqual(["New session"]);
  expect(rank("theme dark", "Dark theme", "Light theme")).toEqual(["Dark theme"]);
});

it("leaves out what lacks a letter, and everything matches nothing typed", () => {
  expect(score("Settings", "xyz")).toBeUndefined();
  expect(score("Settings", "")).toBe(0);
});
