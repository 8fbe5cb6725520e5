/** Proves that a program that asks for OSC 7501 is heard once, wherever its output is cut. */
import { expect, it } from "vitest";
import { createStateQuestions } from "./state-questions.ts";

const ENDS = ["\x07", "\x1b\\"];

it("hears each question once, in every two and three pieces", () => {
  for (const end of ENDS) {
    const text = Buffer.from(`ab\x1b\x1b]7501;?${end}\x1b]7501;?${end}\x1b[c`);
    for (let first = 0; first <= text.length; first += 1) {
      for (let second = first; second <= text.length; second += 1) {
        const hear = createStateQuestions();
        const pieces = [text.subarray(0, first), text.subarray(first, second), text.subarray(second)];
        const heard = pieces.reduce((sum, piece) => sum + hear(piece), 0);
        expect(heard, `${end} cut at ${first} and ${second}`).toBe(2);
      }
    }
    const hear = createStateQuestions();
    expect([...text].reduce((sum, byte) => sum + hear(Buffer.from([byte])), 0)).toBe(2);
  }
});

it("a state, an answer and what only looks like a question are none", () => {
  const hear = createStateQuestions();
  for (const text of [
    "\x1b]7501;?v=1\x1b\\",
    "\x1b]7501;state=idle\x07",
    "]7501;?\x07",
    "\x1b]75010;?\x07",
    "\x1b]7501;?\x1b[m",
  ]) {
    expect(hear(Buffer.from(text)), JSON.stringify(text)).toBe(0);
    expect(hear(Buffer.from("x"))).toBe(0);
  }
});
