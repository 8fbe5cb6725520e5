/** Proves that attempts to come back are spread out: many gateways of one daemon must not return together. */
import { expect, it } from "vitest";
import { backoff } from "./backoff.ts";

it("grows by 1.6 from half a second to thirty seconds, and stays there", () => {
  const bounds = Array.from({ length: 14 }, (_, attempt) => backoff(attempt, () => 0.999_999_9));
  expect(bounds.slice(0, 4)).toEqual([500, 800, 1280, 2048]);
  expect(bounds.at(-1)).toBe(30_000);
  expect(backoff(1e9, () => 0.999_999_9)).toBe(30_000);
  expect(backoff(5, () => 0)).toBe(0);
  expect(backoff(5, () => 0, 250)).toBe(250);
});

it("P21: 200 clients of a daemon that flaps every second come back spread over the whole wait, never as a storm", () => {
  let state = 7;
  const random = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const perTick = new Map<number, number>();
  let attempts = 0;
  for (let client = 0; client < 200; client += 1) {
    let at = 0;
    for (let attempt = 0; at < 60_000; attempt += 1) {
      at += backoff(attempt, random);
      attempts += 1;
      const tick = Math.floor(at / 50);
      if (attempt >= 4) perTick.set(tick, (perTick.get(tick) ?? 0) + 1);
    }
  }
  expect(Math.max(...perTick.values())).toBeLessThan(20);
  // A client that tried every second would make 12,000.
  expect(attempts).toBeLessThan(200 * 25);
});
