/** Proves that a pairing code opens once, that guessing one ends quickly, and that none outlives the access of its maker. */
import { expect, it } from "vitest";
import type { Scope } from "../../../shared/protocol/access.ts";
import { createGuessLimit } from "./guess-limit.ts";
import { createPairing, MAX_WRONG_DIGITS, type Maker } from "./pairing.ts";

const OWNER = { kind: "owner" } as const satisfies Maker;
const begin = () => {
  const clock = { steady: 0, wall: Date.parse("2026-11-20T10:00:00Z") };
  const scopes = new Map<string, Scope>();
  const pairing = createPairing({
    now: () => clock.steady,
    wallClock: () => clock.wall,
    scopeOf: (maker) => (maker.kind === "owner" ? "full" : scopes.get(maker.id)),
  });
  const gone: string[] = [];
  pairing.onGone((id) => gone.push(id));
  const link = (scope: Scope = "full", maker: Maker = OWNER) => pairing.invite({ scope, maker, digits: false });
  const typed = (scope: Scope = "full", maker: Maker = OWNER) => {
    const made = pairing.invite({ scope, maker, digits: true });
    return { ...made, digits: made.digits ?? "" };
  };
  const use = (code: string) => {
    const used = pairing.redeem(code);
    return used.ok ? used.value : used.fault.code;
  };
  /** Six digits that are not these. */
  const wrong = (digits: string, step: number) => String((Number(digits) + step) % 1_000_000).padStart(6, "0");
  return { clock, scopes, pairing, gone, link, typed, use, wrong };
};

it("a code works once, and its link and its digits are one code", () => {
  const { link, typed, use, gone } = begin();
  const first = link();
  expect(first.link_code).toMatch(/^[0-9a-f]{32}$/);
  expect([use(first.link_code), use(first.link_code)]).toEqual(["full", "wrong-code"]);
  const second = typed();
  expect([use(second.digits), use(second.link_code)]).toEqual(["full", "wrong-code"]);
  expect(gone).toEqual([first.id, second.id]);
});

it("A9: there are digits only where somebody asked for digits", () => {
  const { link, pairing } = begin();
  expect(link().digits).toBeUndefined();
  expect(pairing.waiting()).toMatchObject([{ digits: false }]);
});

it("a code gives the device that uses it what it was made for, and no more", () => {
  const { link, typed, use } = begin();
  expect(use(link("full").link_code)).toBe("full");
  expect(use(typed("read-only").digits)).toBe("read-only");
});

it("digits end after ten minutes, their link after a day", () => {
  const { clock, typed, use } = begin();
  const made = typed();
  expect(made.digits).toMatch(/^\d{6}$/);
  clock.steady += 10 * 60_000;
  expect(use(made.digits)).toBe("wrong-code");
  expect(use(made.link_code)).toBe("full");
  const old = typed();
  clock.steady += 24 * 3_600_000;
  expect(use(old.link_code)).toBe("wrong-code");
});

it("A9: five wrong digits in all make every digit void, and say so; links are as good as before", () => {
  const { typed, link, use, wrong, pairing } = begin();
  const [first, second, other] = [typed(), typed(), link()];
  const answers = Array.from({ length: MAX_WRONG_DIGITS }, (_, step) => {
    let guess = wrong(first.digits, step + 1);
    if (guess === second.digits) guess = wrong(first.digits, 500_000);
    return use(guess);
  });
  expect(answers).toEqual(["wrong-code", "wrong-code", "wrong-code", "wrong-code", "digits-void"]);
  expect([use(first.digits), use(second.digits)]).toEqual(["digits-void", "digits-void"]);
  expect(pairing.waiting().map(({ digits }) => digits)).toEqual([false, false, false]);
  expect([use(other.link_code), use(first.link_code)]).toEqual(["full", "full"]);
  expect(use(typed().digits)).toBe("full");
});

it("A9: no number of wrong codes locks the owner out of a link", () => {
  const { link, use } = begin();
  const { link_code } = link();
  for (let guess = 0; guess < 10_000; guess += 1)
    use(guess % 2 === 0 ? `wrong${guess}` : String(guess).padStart(6, "0"));
  expect(use(link_code)).toBe("full");
});

it("A12: a code ends with its maker's access, and never allows more than its maker may when it is used", () => {
  const { link, typed, use, scopes, pairing } = begin();
  scopes.set("a", "full");
  scopes.set("b", "full");
  const of = (id: string): Maker => ({ kind: "device", id });
  const [removed, demoted, other, owners] = [
    typed("full", of("a")),
    link("full", of("b")),
    link("full", of("b")),
    link(),
  ];
  scopes.delete("a");
  expect(use(removed.link_code)).toBe("wrong-code");
  scopes.set("b", "read-only");
  expect(use(demoted.link_code)).toBe("read-only");
  pairing.cancelOf((maker) => maker.kind === "device");
  expect(use(other.link_code)).toBe("wrong-code");
  pairing.cancelOf(({ kind }) => kind === "owner");
  expect(use(owners.link_code)).toBe("wrong-code");
});

it("waiting codes are listed without the codes, and can be cancelled", () => {
  const { typed, link, use, pairing } = begin();
  const [first, second] = [typed("read-only"), link()];
  const listed = JSON.stringify(pairing.waiting());
  for (const secret of [first.link_code, first.digits, second.link_code]) expect(listed).not.toContain(secret);
  expect(pairing.waiting().map(({ id, scope }) => [id, scope])).toEqual([
    [first.id, "read-only"],
    [second.id, "full"],
  ]);
  expect(pairing.cancel(first.id).ok).toBe(true);
  expect(use(first.digits)).toBe("wrong-code");
  expect(pairing.cancel(first.id)).toMatchObject({ ok: false, fault: { code: "no-such-code" } });
  expect(use(second.link_code)).toBe("full");
  expect(pairing.waiting()).toEqual([]);
});

it("a hundred codes wait at most; the oldest is forgotten", () => {
  const { link, use, pairing } = begin();
  const made = Array.from({ length: 101 }, () => link());
  expect(pairing.waiting()).toHaveLength(100);
  expect([use(made[0]?.link_code ?? ""), use(made[1]?.link_code ?? "")]).toEqual(["wrong-code", "full"]);
});

it("A9: wrong tokens have one budget for all, and it is full again after a minute", () => {
  let now = 0;
  const limit = createGuessLimit(() => now);
  const tries = Array.from({ length: 40 }, () => limit.failed());
  expect(tries.slice(0, 30)).not.toContain(true);
  expect(tries.slice(30)).not.toContain(false);
  now += 60_001;
  expect(limit.failed()).toBe(false);
});

it("P19: a system clock that jumps by two days neither ends a code nor revives one", () => {
  const { clock, typed, use } = begin();
  const [good, ended] = [typed(), typed()];
  for (const jump of [2 * 86_400_000, -4 * 86_400_000]) {
    clock.wall += jump;
    expect(use(typed().digits)).toBe("full");
  }
  expect(use(good.digits)).toBe("full");
  clock.steady += 10 * 60_000;
  clock.wall -= 10 * 86_400_000;
  expect(use(ended.digits)).toBe("wrong-code");
});
