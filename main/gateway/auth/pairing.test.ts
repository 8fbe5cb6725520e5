/** Proves that a pairing code opens once, and that guessing one ends quickly. */
import { expect, it } from "vitest";
import { createGuessLimit } from "./guess-limit.ts";
import { createPairing } from "./pairing.ts";

const begin = () => {
  const clock = { steady: 0, wall: Date.parse("2026-11-20T10:00:00Z") };
  const pairing = createPairing(
    () => clock.steady,
    () => clock.wall,
  );
  return { clock, pairing };
};
const code = (result: ReturnType<ReturnType<typeof createPairing>["redeem"]>) => (result.ok ? "ok" : result.fault.code);

it("a code works once", () => {
  const { pairing } = begin();
  const link = pairing.linkCode("full");
  expect(link).toMatch(/^[0-9a-f]{32}$/);
  expect(code(pairing.redeem(link, "c"))).toBe("ok");
  expect(code(pairing.redeem(link, "c"))).toBe("wrong-code");
});

it("a code gives the device that uses it what it was made for, and no more", () => {
  const { pairing } = begin();
  const [full, watching] = [pairing.linkCode("full"), pairing.typedCode("read-only").code];
  expect(pairing.redeem(full, "c")).toEqual({ ok: true, value: "full" });
  expect(pairing.redeem(watching, "c")).toEqual({ ok: true, value: "read-only" });
});

it("a typed code has six digits and ends after ten minutes", () => {
  const { clock, pairing } = begin();
  const typed = pairing.typedCode("full");
  expect(typed.code).toMatch(/^\d{6}$/);
  clock.steady += 10 * 60_000 + 1;
  expect(code(pairing.redeem(typed.code, "c"))).toBe("wrong-code");
});

it("A9: five wrong codes lock a client out for 300 s, the right code included; others go on", () => {
  const { clock, pairing } = begin();
  const right = pairing.linkCode("full");
  for (let i = 0; i < 5; i += 1) expect(code(pairing.redeem(`wrong${i}`, "127.0.0.1"))).toBe("wrong-code");
  expect(code(pairing.redeem(right, "127.0.0.1"))).toBe("pairing-locked");
  expect(code(pairing.redeem(right, "::1"))).toBe("ok");
  clock.steady += 299_000;
  expect(code(pairing.redeem(pairing.linkCode("full"), "127.0.0.1"))).toBe("pairing-locked");
  clock.steady += 2_000;
  expect(code(pairing.redeem(pairing.linkCode("full"), "127.0.0.1"))).toBe("ok");
});

it("A9: wrong tokens are counted by client, and forgotten after a minute", () => {
  let now = 0;
  const limit = createGuessLimit(() => now);
  const tries = Array.from({ length: 40 }, () => limit.failed("127.0.0.1"));
  expect(tries.slice(0, 30)).not.toContain(true);
  expect(tries.slice(30)).not.toContain(false);
  expect(limit.failed("::1")).toBe(false);
  now += 60_001;
  expect(limit.failed("127.0.0.1")).toBe(false);
});

it("P19: a system clock that jumps by two days neither ends a code nor a lock-out", () => {
  const { clock, pairing } = begin();
  const link = pairing.linkCode("full");
  for (const jump of [2 * 86_400_000, -4 * 86_400_000]) {
    clock.wall += jump;
    for (let i = 0; i < 5; i += 1) pairing.redeem("wrong", `client${jump}`);
    clock.wall -= jump;
    expect(code(pairing.redeem("any", `client${jump}`))).toBe("pairing-locked");
  }
  expect(code(pairing.redeem(link, "c"))).toBe("ok");
});
