/** Proves that a text in another encoding is named and never silently read as another text. */
import { expect, it } from "vitest";
import { decodeText } from "./decode-text.ts";

const json = '{\n  "größe": "🦊"\n}\n';
const utf16 = Buffer.from(json, "utf16le");
const swapped = Buffer.from(utf16).swap16();

it("UTF-8 is read, with its byte order mark or without", () => {
  for (const text of [json, `\uFEFF${json}`, "", "x"])
    expect(decodeText(Buffer.from(text))).toEqual({ ok: true, text });
});

it.each<[string, Buffer]>([
  ["of Windows", Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
  ["in the other order", Buffer.concat([Buffer.from([0xfe, 0xff]), swapped])],
  ["without a mark", utf16],
  ["in the other order, without a mark", swapped],
])("UTF-16 %s is named", (_name, bytes) => {
  expect(decodeText(bytes)).toEqual({ ok: false, reason: "it is written in UTF-16: save it as UTF-8" });
});

it("what is not UTF-8 is named with its line", () => {
  const reason = "line 2 of it is not written in UTF-8: save it as UTF-8";
  expect(decodeText(Buffer.from(json, "latin1"))).toEqual({ ok: false, reason });
  const cut = Buffer.concat([Buffer.from("a\nb"), Buffer.from("🦊").subarray(0, 2)]);
  expect(decodeText(cut)).toEqual({ ok: false, reason });
});
