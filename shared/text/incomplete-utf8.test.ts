/** Proves that no character reaches xterm in two pieces. */
import { expect, it } from "vitest";
import { incompleteUtf8 } from "./incomplete-utf8.ts";

it("keeps the pieces of a character together, wherever a read ends", () => {
  for (const text of ["a…b—c’d", "é漢🇩🇪👨‍👩‍👧", "plain"]) {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at <= bytes.length; at += 1) {
      const head = bytes.subarray(0, at - incompleteUtf8(bytes.subarray(0, at)));
      const tail = bytes.subarray(head.length);
      const strict = new TextDecoder("utf-8", { fatal: true });
      expect(strict.decode(head) + strict.decode(tail)).toBe(text);
    }
  }
});

it("does not wait for the rest of bytes that are no character", () => {
  expect(incompleteUtf8(Uint8Array.of(0xff))).toBe(0);
  expect(incompleteUtf8(Uint8Array.of(0x80, 0x80, 0x80, 0x80))).toBe(0);
  expect(incompleteUtf8(Uint8Array.of(0xe2, 0x80, 0x41))).toBe(0);
  expect(incompleteUtf8(Uint8Array.of())).toBe(0);
  expect(incompleteUtf8(Uint8Array.of(0x41, 0xe2, 0x80))).toBe(2);
});
