/** Proves that only what agents really show is read from a title. */
import { expect, it } from "vitest";
import { titleWord } from "./title-words.ts";

it.each([
  ["⠂ Claude Code", "working"],
  ["⠙ api", "working"],
  ["✦  Working… (api)", "working"],
  ["✋  Action Required (api)", "waiting"],
  ["◐ Fix the build", "working"],
  ["◑ Fix the build", "working"],
  ["[ ! ] Action Required | api", "waiting"],
  ["[ . ] Action Required | api", "waiting"],
  ["[ x ] done", undefined],
  ["✳ Claude Code", undefined],
  ["◇  Ready (api)", "ready"],
  ["api", undefined],
  ["", undefined],
  ["vim ✋ notes", undefined],
  ["⠂", undefined],
  ["OC | Fix the tests", undefined],
])("%j says %s", (title, word) => {
  expect(titleWord(title)).toBe(word);
});
