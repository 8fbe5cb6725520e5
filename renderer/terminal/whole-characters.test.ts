import { expect, it } from "vitest";
import { createWholeCharacters } from "./whole-characters.ts";

it("P8: gives the terminal exactly the program's bytes, whole characters at a time, wherever they were cut", () => {
  const text = "a… – ‘x’ 👩‍👩‍👧 é\u001b[0m";
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const whole = createWholeCharacters();
    const parts = [whole.next(bytes.subarray(0, cut)), whole.next(bytes.subarray(cut))];
    for (const part of parts) expect(() => new TextDecoder("utf-8", { fatal: true }).decode(part)).not.toThrow();
    expect(parts.flatMap((part) => [...part])).toEqual([...bytes]);
  }
});
