import { expect, it } from "vitest";
import { codeFromFragment, readCredential } from "./pairing.ts";

const LINK = "http://127.0.0.1:54400/#pair=abcDEF123_-456789012345678";

it("understands a link, digits as people type them, and a token", () => {
  expect(readCredential(` ${LINK}\n`)).toEqual({ kind: "code", code: "abcDEF123_-456789012345678" });
  expect(readCredential("123 456")).toEqual({ kind: "code", code: "123456" });
  expect(readCredential("123-456")).toEqual({ kind: "code", code: "123456" });
  expect(readCredential("f".repeat(64))).toEqual({ kind: "token", token: "f".repeat(64) });
});

it("A8: takes nothing else for a credential", () => {
  for (const text of [
    "",
    "12345",
    "1234567",
    "hello",
    "a b c d e f g h i j k l",
    "x".repeat(600),
    "tokén-0123456789abcdef",
  ]) {
    expect(readCredential(text), text).toBeUndefined();
  }
});

it("finds the code in the fragment alone, wherever it stands there", () => {
  expect(codeFromFragment("#pair=123456")).toBe("123456");
  expect(codeFromFragment("#x=1&pair=123456&y=2")).toBe("123456");
  expect(codeFromFragment("#pair=")).toBeUndefined();
  expect(codeFromFragment("#repair=123456")).toBeUndefined();
});
