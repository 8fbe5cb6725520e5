/** Proves that a link in a terminal's text is the address, and not the sentence around it. */
import { expect, it } from "vitest";
import { cpuTime } from "../../test/support/cpu-time.ts";
import { webAddresses } from "./web-address.ts";

it.each([
  ["plain https://example.test/a/b end", "https://example.test/a/b"],
  ["at the end https://example.test/a.", "https://example.test/a"],
  ["or https://example.test/a, then", "https://example.test/a"],
  ["really? https://example.test/a?b=c&d=e#f!", "https://example.test/a?b=c&d=e#f"],
  ["(see https://example.test/a)", "https://example.test/a"],
  ["(see https://example.test/a_(b))", "https://example.test/a_(b)"],
  ["https://example.test/wiki/A_(b)", "https://example.test/wiki/A_(b)"],
  ["[a](https://example.test/a)", "https://example.test/a"],
  ["<https://example.test/a>", "https://example.test/a"],
  ["**https://example.test/a**", "https://example.test/a"],
  ["`https://example.test/a`", "https://example.test/a"],
  ["'https://example.test/a'", "https://example.test/a"],
  ["“https://example.test/a”", "https://example.test/a"],
  ["│https://example.test/a│", "https://example.test/a"],
  ["见https://example.test/a。", "https://example.test/a"],
  ["（https://example.test/a）", "https://example.test/a"],
  ["http://[::1]:8080/x", "http://[::1]:8080/x"],
  ["http://localhost:3000", "http://localhost:3000"],
  ["HTTPS://EXAMPLE.TEST/A", "HTTPS://EXAMPLE.TEST/A"],
  ["https://example.test/~me/", "https://example.test/~me/"],
  ["https://example.test/a:b;c", "https://example.test/a:b;c"],
])("%s", (text, address) => expect(webAddresses(text)).toEqual([address]));

it.each([
  "https://",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "example.test/a",
  "https:/one",
  "ftp://example.test",
])("%s is no link", (text) => expect(webAddresses(text)).toEqual([]));

it("many brackets cost no time", () => {
  const took = cpuTime(() => {
    webAddresses(`https://example.test/${"(a".repeat(20_000)}`);
    webAddresses(`https://example.test/${"a.".repeat(20_000)} `);
  });
  expect(took).toBeLessThan(2_000);
});
