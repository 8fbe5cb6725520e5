/** Proves that a link can name a session, a call or a preview and nothing else. */
import { describe, expect, it } from "vitest";
import { deepLink, linkPath, parseDeepLink, parseLinkPath } from "./deep-link.ts";

const session = "7f3a0b12-9d";

describe("a link", () => {
  it("survives being written and read again, as a deep link and as a path", () => {
    for (const target of [{ session }, { session, call: "c-1" }, { session, preview: 5173 }]) {
      expect(parseDeepLink(deepLink(target))).toEqual(target);
      expect(parseLinkPath(linkPath(target))).toEqual(target);
    }
    expect(deepLink({ session })).toBe("signalbox://session/7f3a0b12-9d");
  });

  it.each([
    "",
    "signalbox://",
    "signalbox:/session/a",
    "signalbox://session/",
    "signalbox://session/a/",
    "signalbox://session/a/call/",
    "signalbox://session/a/call/b/c",
    "signalbox://session/a/preview/",
    "signalbox://session/a/preview/0",
    "signalbox://session/a/preview/080",
    "signalbox://session/a/preview/65536",
    "signalbox://session/a/preview/80/x",
    "signalbox://session/a/preview/80?path=/",
    "signalbox://session/a/preview/localhost",
    "signalbox://session/a/call/b/preview/80",
    "signalbox://session/a?token=x",
    "signalbox://session/a#x",
    "signalbox://session/a b",
    "signalbox://session/a%20b",
    "signalbox://session/../x",
    "signalbox://session/a\n",
    'signalbox://session/a" --inspect',
    "SIGNALBOX://session/a",
    "signalbox://Session/a",
    "signalbox://connect/a",
    "signalbox://127.0.0.1/session/a",
    "https://session/a",
    ` signalbox://session/a`,
    `signalbox://session/${"a".repeat(65)}`,
  ])("A15: %j is refused", (link) => expect(parseDeepLink(link)).toBeUndefined());
});
