/** Proves that no server makes the daemon ask for its streams more than once a second, whatever it says and however many sessions there are. */
import { expect, it } from "vitest";
import { createReconnect } from "./reconnect.ts";

function stream(eager = false, pace = new Map<string, number>()) {
  let now = 0;
  const reconnect = createReconnect({ origin: "http://a", eager, clock: () => now, pace });
  return {
    reconnect,
    /** The waits of a stream that ends at once, again and again. */
    waits(count: number, asked: number | undefined, useful = false) {
      return Array.from({ length: count }, () => {
        if (useful) reconnect.useful();
        const wait = reconnect.wait(asked);
        now += wait;
        reconnect.began();
        return wait;
      });
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it.each([[0], [undefined], [Number.NaN], [-5], [1]])(
  "`retry: %s` and a stream that ends at once: ever longer waits, 30 s at most",
  (asked) => {
    expect(stream().waits(7, asked)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  },
);

it("a time beyond what timers can wait is 30 s, not none", () => {
  expect(stream().waits(2, 2 ** 31)).toEqual([30_000, 30_000]);
  expect(stream().waits(1, Number.POSITIVE_INFINITY)).toEqual([1_000]);
});

it("a stream that brought something is asked for once a second, or as rarely as its server wishes", () => {
  expect(stream().waits(3, 0, true)).toEqual([1_000, 1_000, 1_000]);
  expect(stream().waits(3, 5_000, true)).toEqual([5_000, 5_000, 5_000]);
});

it("a stream that held for a while begins with the shortest wait again", () => {
  const own = stream();
  own.waits(4, 0);
  own.pass(20_000);
  expect(own.waits(1, 0)).toEqual([1_000]);
});

it("the stream of a call comes back as soon as its server asks, once; then like any other", () => {
  expect(stream(true).waits(3, 500)).toEqual([500, 2_000, 4_000]);
});

it("the streams of many sessions at one origin are asked for one after the other", () => {
  const pace = new Map<string, number>();
  const first = Array.from({ length: 100 }, () => stream(false, pace).reconnect.wait(0));
  expect(Math.max(...first)).toBe(1_000 + 99 * 50);
  expect(createReconnect({ origin: "http://b", clock: () => 0, pace }).wait(0)).toBe(1_000);
});
