/** Proves that nothing invisible and nothing secret gets through to a reader. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSecretKey, REDACTED, redactText, redactValue } from "./redact.ts";
import { oneLine, visible, visibleJson } from "./visible.ts";

describe("visible text", () => {
  it.each([
    ["\u001b[31mred", "␛[31mred"],
    ["a\rb", "a␍b"],
    ["\u009b31m", "\uFFFD31m"],
    ["safe\u202egpj.exe", "safe\uFFFDgpj.exe"],
    ["zero\u200bwidth", "zero\uFFFDwidth"],
    ["\u007f", "␡"],
    ["naïve 日本 🚦 עברית", "naïve 日本 🚦 עברית"],
    ["a\u061cb\u206ac\u180ed\u3164e\u034ff\u115fg\ufff9", "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFDg\uFFFD"],
    ["Donau\u00addampf", "Donau\u2010dampf"],
    // Sixteen selectors after a letter are four hidden bits; after an emoji one of them says how it is drawn.
    ["h\ufe01i\ufe0f ❤\ufe0f 1\ufe0f⃣ \u{e0101}", "h\uFFFDi\uFFFD ❤\ufe0f 1\ufe0f⃣ \uFFFD"],
    ["👩\u200d👩\u200d👧 a\u200db می\u200cخواهم", "👩\u200d👩\u200d👧 a\uFFFDb می\u200cخواهم"],
  ])("A26: %j is shown as %j", (raw, shown) => expect(visible(raw)).toBe(shown));

  it("A26: of any string is free of control characters and does not grow a line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        expect(oneLine(raw)).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it("A26: of JSON is the same JSON, and drives no terminal that prints it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        const json = visibleJson(JSON.stringify({ [raw]: raw }));
        expect(json).not.toMatch(/[\p{Cc}\p{Default_Ignorable_Code_Point}]/u);
        expect(JSON.parse(json)).toEqual({ [raw]: raw });
      }),
    );
  });

  it("in one line is folded and cut with an ellipsis", () => {
    expect(oneLine("  two\n\n lines ")).toBe("two lines");
    expect(oneLine("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
  });
});

describe("redaction", () => {
  it.each(["token", "apiKey", "api_key", "Authorization", "X-Api-Key", "accessToken", "client_secret", "PASSWORD"])(
    "A7: knows %s for a secret",
    (key) => expect(isSecretKey(key)).toBe(true),
  );
  it.each(["tokens_used_today", "tokenizer", "author", "path", "keyboard", "description"])("leaves %s alone", (key) =>
    expect(isSecretKey(key)).toBe(false),
  );

  it("A7: hides strings under secret names and known secrets anywhere, and keeps the rest", () => {
    const value = { project: "api", token: "abc", deep: [{ note: "use s3cr3t-value here" }], progressToken: 7 };
    expect(redactValue(value, ["s3cr3t-value"])).toEqual({
      project: "api",
      token: REDACTED,
      deep: [{ note: `use ${REDACTED} here` }],
      progressToken: 7,
    });
    expect(redactText("short stays", ["short"])).toBe("short stays");
  });

  it("is not defeated by nesting deeper than any stack", () => {
    let nested: unknown = "leaf";
    for (let depth = 0; depth < 5000; depth += 1) nested = [nested];
    expect(JSON.stringify(redactValue(nested))).toContain(REDACTED);
  });
});
