/** Proves which of a program's wishes for the clipboard are understood. */
import { expect, it } from "vitest";
import { clipboardText } from "./program-clipboard.ts";

const encoded = (text: string) => Buffer.from(text).toString("base64");

it("takes text for the clipboard, and for what programs name beside it", () => {
  for (const selection of ["c", "", "s", "p", "pc", "s0"])
    expect(clipboardText(`${selection};${encoded("한 ü\n")}`)).toBe("한 ü\n");
  expect(clipboardText(`c;${encoded("a".repeat(700_000))}`)).toHaveLength(700_000);
});

it.each([
  "c;?",
  "c;",
  ";",
  "c",
  "c;not base64!",
  `c;${Buffer.from([0xff, 0xfe]).toString("base64")}`,
  "c;YQ==;x",
  "c;A",
])("%s asks for nothing that is done", (data) => expect(clipboardText(data)).toBeUndefined());

it("leaves out what is too much", () => expect(clipboardText(`c;${encoded("a".repeat(900_000))}`)).toBeUndefined());
