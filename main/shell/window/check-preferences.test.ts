/** Proves that a window with too many rights does not go unnoticed in development. */
import { expect, it } from "vitest";
import { findPreferenceFaults } from "./check-preferences.ts";
import { SECURE_PREFERENCES } from "./window-options.ts";

it("checklist: every preference that differs is named, and nothing else", () => {
  expect(findPreferenceFaults({ ...SECURE_PREFERENCES, preload: "/p" })).toEqual([]);
  expect(findPreferenceFaults({ ...SECURE_PREFERENCES, sandbox: false, webviewTag: true })).toEqual([
    "sandbox is false, not true",
    "webviewTag is true, not false",
  ]);
});
