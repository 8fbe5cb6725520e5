/** Proves the table of addresses that may be opened outside. */
import { describe, expect, it } from "vitest";
import { decideExternal } from "./decide-external.ts";

it.each([
  ["https://example.org/a?b=c#d", "https://example.org/a?b=c#d", "example.org"],
  ["HTTP://EXAMPLE.org:8080", "http://example.org:8080/", "example.org:8080"],
  ["https://exämple.org/", "https://xn--exmple-cua.org/", "xn--exmple-cua.org"],
  ["https://gооgle.com/", "https://xn--ggle-55da.com/", "xn--ggle-55da.com"],
])("%s is opened as %s", (text, url, host) => {
  expect(decideExternal(text, URL.parse)).toMatchObject({ open: true, url, host, shown: url });
});

describe("A17: what is no plain web address is refused", () => {
  it.each([
    "file:///etc/passwd",
    "javascript:alert(1)",
    "\\\\server\\share\\x.exe",
    "//server/share",
    "smb://server/share",
    "ms-msdt:/id",
    "https://user:pass@example.org/",
    "https://example.org@evil.test/",
    "https://accounts.example.org%2Fsignin@evil.test/x",
    "https://@evil.test@example.org/",
    " https://example.org",
    "http:example.org",
    "https://",
    "https://exa mple.org/",
    `https://example.org/${"a".repeat(9000)}`,
    "",
    undefined,
    null,
    7,
    ["https://example.org"],
    { toString: () => "https://example.org" },
  ])("%j", (text) => {
    expect(decideExternal(text, URL.parse)).toMatchObject({ open: false, reason: expect.any(String) });
  });
});

it("A26: what reorders or hides text is visible in the target that is shown", () => {
  const decision = decideExternal("https://example.org/\u202egpj.exe\u200b", URL.parse);
  expect(decision).toMatchObject({ open: true });
  expect(JSON.stringify(decision)).not.toMatch(/[\u202e\u200b]/);
});
