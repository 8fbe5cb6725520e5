/** Proves that a form of MCP is read as it was meant, and that what a person fills in is checked as the server will check it. */
import { describe, expect, it } from "vitest";
import { checkContent, initialContent } from "./check-content.ts";
import { readForm } from "./read-form.ts";
import { matchesSafely } from "./safe-pattern.ts";

const KINDS = {
  type: "object",
  properties: {
    name: { type: "string", title: "Name", minLength: 2, maxLength: 5, default: "Ada" },
    mail: { type: "string", format: "email" },
    site: { type: "string", format: "uri" },
    day: { type: "string", format: "date" },
    at: { type: "string", format: "date-time" },
    age: { type: "integer", minimum: 0, maximum: 150, default: 30 },
    share: { type: "number", minimum: 0, maximum: 1 },
    sure: { type: "boolean", default: false },
    plain: { type: "string", enum: ["a", "b"], default: "b" },
    former: { type: "string", enum: ["x", "y"], enumNames: ["The X", "The Y"] },
    titled: { type: "string", oneOf: [{ const: "r", title: "Red" }] },
    many: { type: "array", minItems: 1, maxItems: 2, items: { type: "string", enum: ["p", "q", "s"] }, default: ["p"] },
    manyTitled: { type: "array", items: { anyOf: [{ const: "1", title: "One" }] } },
  },
  required: ["name", "sure"],
};
const fields = (schema: unknown) => {
  const form = readForm(schema);
  if (!form.ok) throw new Error(form.reason);
  return form.value;
};
const problems = (content: Record<string, unknown>, schema: unknown = KINDS) =>
  checkContent(fields(schema), content, matchesSafely);
const one = (property: unknown, value: unknown) =>
  problems({ x: value }, { type: "object", properties: { x: property } }).x;

describe("a form", () => {
  it("has every kind of field that MCP has, with its titles and defaults", () => {
    expect(fields(KINDS).map(({ name, kind, label }) => [name, kind, label])).toEqual([
      ["name", "text", "Name"],
      ["mail", "text", "mail"],
      ["site", "text", "site"],
      ["day", "text", "day"],
      ["at", "text", "at"],
      ["age", "number", "age"],
      ["share", "number", "share"],
      ["sure", "boolean", "sure"],
      ["plain", "choice", "plain"],
      ["former", "choice", "former"],
      ["titled", "choice", "titled"],
      ["many", "choices", "many"],
      ["manyTitled", "choices", "manyTitled"],
    ]);
    expect(fields(KINDS)[9]).toMatchObject({
      options: [
        { value: "x", title: "The X" },
        { value: "y", title: "The Y" },
      ],
    });
    expect(initialContent(fields(KINDS))).toEqual({ name: "Ada", age: 30, sure: false, plain: "b", many: ["p"] });
    expect(problems({ name: "Ada", sure: true })).toEqual({});
  });

  it("that MCP does not have is refused with the field's name", () => {
    const refused = (schema: unknown) => {
      const form = readForm(schema);
      return form.ok ? "" : form.reason;
    };
    expect(refused(null)).not.toBe("");
    expect(refused({ type: "object" })).toContain("properties");
    expect(refused({ type: "object", properties: { x: { type: "object", properties: {} } } })).toContain("x");
    expect(refused({ type: "object", properties: { x: true } })).toContain("x");
    expect(refused({ type: "object", properties: {}, required: ["y"] })).toContain("y");
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, { type: "string" }]));
    expect(refused({ type: "object", properties: many })).toContain("100");
  });
});

describe("what a person fills in", () => {
  it("is checked field by field, and names that were not asked for are refused", () => {
    expect(problems({})).toEqual({ name: "is needed", sure: "is needed" });
    expect(problems({ name: "A", sure: "yes", other: 1 })).toEqual({
      name: "needs at least 2 characters",
      sure: "must be yes or no",
      other: "is not asked for",
    });
    expect(one({ type: "integer" }, 1.5)).toContain("whole");
    expect(one({ type: "number", maximum: 1 }, 2)).toContain("at most 1");
    expect(one({ type: "number" }, "2")).toContain("number");
    expect(one({ type: "string", enum: ["a"] }, "b")).toContain("choices");
    expect(one(KINDS.properties.many, [])).toContain("at least 1");
    expect(one(KINDS.properties.many, ["p", "q", "s"])).toContain("at most 2");
    expect(one(KINDS.properties.many, ["p", "p"])).toContain("twice");
    expect(one(KINDS.properties.many, ["z"])).toContain("choices");
    // One character each, as JSON Schema counts.
    expect(one({ type: "string", maxLength: 2 }, "😀😀")).toBeUndefined();
    expect(problems(JSON.parse('{"name":"Ada","sure":true,"__proto__":1}'))).toHaveProperty("__proto__");
  });

  it("has the format that was asked for", () => {
    const fits = (format: string, value: string) => one({ type: "string", format }, value) === undefined;
    expect(["a@b", "a.b+c@d.example"].every((text) => fits("email", text))).toBe(true);
    expect(["", "a", "@b", "a@", "a b@c"].some((text) => fits("email", text))).toBe(false);
    expect(fits("uri", "https://example.com/a?b")).toBe(true);
    expect(fits("uri", "example.com")).toBe(false);
    expect(fits("date", "2028-02-29")).toBe(true);
    expect(["2027-02-29", "2027-2-1", "2027-13-01"].some((text) => fits("date", text))).toBe(false);
    expect(["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.5+02:00"].every((text) => fits("date-time", text))).toBe(true);
    expect(["2026-01-31T10:00:00", "2026-02-30T10:00:00Z", "2026-01-31"].some((text) => fits("date-time", text))).toBe(
      false,
    );
    // MCP has no such format: there is nothing to check.
    expect(fits("hostname", "anything")).toBe(true);
  });
});

describe("a pattern", () => {
  const hangs = "^(a+)+$";
  it("is looked for anywhere in the text, as JSON Schema does", () => {
    expect(one({ type: "string", pattern: "b+" }, "abbc")).toBeUndefined();
    expect(one({ type: "string", pattern: "^[A-Za-z]+$" }, "a1")).toContain("^[A-Za-z]+$");
    expect(one({ type: "string", pattern: "^\\p{L}{2}\\d\\/$" }, "äö7/")).toBeUndefined();
  });

  it("A61: that would hang an engine that backtracks costs no time", () => {
    const before = performance.now();
    expect(matchesSafely(hangs, `${"a".repeat(9_000)}!`)).toBe(false);
    expect(matchesSafely("^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(9_000))).toBe(false);
    expect(matchesSafely("(x+x+)+y", "x".repeat(9_000))).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it("A61: that becomes a huge machine when it is read is not read", () => {
    const before = performance.now();
    for (const pattern of ["a{0,999}".repeat(120), `(${"b".repeat(900)}){999}`, "(?:a|b{0,30}){0,30}".repeat(50)]) {
      expect(matchesSafely(`${pattern}c`, "a".repeat(1_000))).toBeUndefined();
    }
    // One that is large, with a text that is long: each of them is fine alone.
    const large = "^(?:ab?){200}$";
    expect(matchesSafely(large, "ab".repeat(200))).toBe(true);
    expect(matchesSafely(large, "ab".repeat(50_000))).toBeUndefined();
    expect(matchesSafely("^a*$", "a".repeat(200_000))).toBe(true);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it("A61: that this engine does not have, or that is too long, is left to whoever asked", () => {
    for (const pattern of ["(?=a)b", "(a)\\1", "(", "x".repeat(1_001), "((a{1,1000}){1,1000}){1,1000}"]) {
      expect(one({ type: "string", pattern }, "zz")).toBeUndefined();
    }
  });
});
