/** Proves that a number which a client has seen is not given to another event. */
import { expect, it } from "vitest";
import { createEntryCount } from "./entry-count.ts";

it("gives the same numbers to what is replayed, and none that a client has seen to what follows a break", () => {
  for (const early of [true, false]) {
    let end = 100;
    const count = createEntryCount({ end: () => end });
    if (early) count.claim(105);
    expect(count.next()).toBe(101);
    count.breakOff();
    if (!early) count.claim(105);
    expect(count.next()).toBe(106);
    end = 200;
    expect(count.next()).toBe(201);
  }
});
