/** Proves that every reason for a refusal is said in words, and leads somewhere where a person can change it. */
import { expect, it } from "vitest";
import { REFUSALS, refusalRule, refusedBecause } from "./refusal.ts";

/** Nothing that a person could switch: the agent asked for what makes no sense or for too much, or a person said no to this one call. */
const OF_THE_REQUEST = ["refused-too-large", "refused-malformed", "refused-too-many", "refused-by-person"];

it("leads to what refused the call, unless the request itself was at fault", () => {
  for (const code of Object.keys(REFUSALS)) {
    expect(refusedBecause({ code }), code).toBeTruthy();
    expect(refusalRule({ code }) === undefined, code).toBe(OF_THE_REQUEST.includes(code));
    expect(refusalRule({ code })?.session ?? false, code).toBe(/-in-session$|not-chosen$/.test(code));
  }
});

it("takes no error of a server for a refusal of ours", () => {
  for (const code of [-32602, undefined, "refused", "outcome-unknown"]) {
    expect(refusedBecause({ code })).toBeUndefined();
    expect(refusalRule({ code })).toBeUndefined();
  }
  expect(refusedBecause({ code: "refused-by-a-later-version" })).toBe("by a later version");
});
