import { expect, it } from "vitest";
import {
  formatAge,
  formatAgo,
  formatElapsed,
  formatMillisecond,
  formatMinute,
  formatRunning,
  formatSecond,
} from "./elapsed.ts";

it("writes lengths of time in the unit that a person would use", () => {
  const written = [0, 40, 999, 1_000, 9_449, 59_949, 59_950, 232_000, 3_840_000].map(formatElapsed);
  expect(written).toEqual(["0 ms", "40 ms", "999 ms", "1.0 s", "9.4 s", "59.9 s", "0m 59s", "3m 52s", "1h 04m"]);
});

it("shows no negative time when the viewer's clock is behind", () => {
  expect(formatElapsed(-5_000)).toBe("0 ms");
  expect(formatRunning(-5_000)).toBe("0.0 s");
});

it("writes a moment with two digits everywhere, midnight as 00, and nothing for what is no moment", () => {
  const early = new Date(2026, 10, 6, 0, 4, 9, 7).toISOString();
  expect([formatMinute(early), formatSecond(early), formatMillisecond(early)]).toEqual([
    "00:04",
    "00:04:09",
    "00:04:09.007",
  ]);
  expect(formatSecond(new Date(2026, 10, 6, 23, 59, 59).toISOString())).toBe("23:59:59");
  expect([formatMinute("no"), formatSecond(""), formatMillisecond("x")]).toEqual(["", "", ""]);
});

/** A Friday, wherever the test runs: days are named as the person's clock has them. */
const now = new Date(2026, 10, 20, 14).getTime();

it("writes ages as lists need them, and nothing for a moment that cannot be read", () => {
  expect(formatAge(now - 40_000, now)).toBe("40s");
  expect(formatAge(now - 4 * 60_000, now)).toBe("4m");
  expect(formatAge(now - 2 * 3_600_000, now)).toBe("2h");
  expect(formatAge(now - 2 * 86_400_000, now)).toBe("Wed");
  expect(formatAge(Number.NaN, now)).toBe("");
});

it("says when something was in words that fit every age", () => {
  expect(formatAgo(now + 3_000, now)).toBe("just now");
  expect(formatAgo(now - 5 * 60_000, now)).toBe("5m ago");
  expect(formatAgo(now - 2 * 86_400_000, now)).toBe("on Wed");
});
