/** Proves that a search shows where it found its words. */
import { expect, it } from "vitest";
import { snippetOf } from "./snippet.ts";

it("shows the words with what stands around them, as they are written", () => {
  expect(snippetOf(["src/Router.ts"], "router")).toBe("src/Router.ts");
  const long = `${"a ".repeat(100)}NEEDLE${" b".repeat(100)}`;
  const found = snippetOf(["nothing", long], "needle");
  expect(found).toMatch(/^….*NEEDLE.*…$/);
  expect(found?.length).toBeLessThanOrEqual(98);
});

it("finds the parts of names and other spellings, and is silent about what is not there", () => {
  expect(snippetOf(["getUserName"], "get_user")).toBe("getUserName");
  expect(snippetOf(["ＧＲÖßＥ"], "grosse")).toBe("grosse");
  expect(snippetOf(["x"], "y")).toBeUndefined();
  expect(snippetOf(["x"], "")).toBeUndefined();
});
