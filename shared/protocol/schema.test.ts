/** Whoever is refused is told the place and the reason in words, never in a validator's. */
import { describe, expect, it } from "vitest";
import { agentTemplatesSchema } from "./agent-templates.ts";
import { startTerminalRequestSchema } from "./daemon-api.ts";
import { check, parseJson, z } from "./schema.ts";
import { toolSettingsRequestSchema } from "./tool-settings.ts";

const VALIDATOR = /Invalid|expected|received|undefined|Too (small|big)|Unrecognized|NaN|regex|pattern/;

function reason(schema: z.ZodType, value: unknown): string {
  const checked = check(schema, value);
  return checked.ok ? "fine" : checked.reason;
}

describe("what does not fit", () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.object({ cwd: z.string() }), { cwd: 7 }, "cwd: must be a text"],
    [z.object({ cwd: z.string() }), {}, "cwd: is missing"],
    [z.object({}), [], "must be an object"],
    [z.object({ a: z.array(z.number()) }), { a: [1, "x"] }, "a.1: must be a number"],
    [z.string().min(1), "", "must not be empty"],
    [z.string().max(3), "long", "must have at most 3 characters"],
    [z.array(z.string()).max(1), ["a", "b"], "must have at most 1 items"],
    [z.number().int(), 1.5, "must be a whole number"],
    [z.number().min(2), 1, "must be at least 2"],
    [z.number().gt(2), 2, "must be more than 2"],
    [z.enum(["a", "b"]), "c", 'must be one of "a", "b"'],
    [z.literal(true), false, "must be true"],
    [z.string().regex(/x/), "y", "has not the right form"],
    [z.string().regex(/x/, "an x"), "y", "an x"],
    [z.object({ a: z.string() }).strict(), { a: "x", b: 1 }, 'has a word that is not known: "b"'],
    [z.record(z.string().regex(/^x/, "a word with x"), z.string()), { y: "1" }, "y: its name must be a word with x"],
    [z.union([z.string(), z.number()]), true, "has no supported form"],
    [
      startTerminalRequestSchema,
      { command: "x", args: [], env: {}, cwd: "/", cols: "80", rows: 24 },
      "cols: must be a number",
    ],
    [
      agentTemplatesSchema,
      { templates: [{ id: "A B", name: "x", command: "y" }] },
      "templates.0.id: lower-case letters, digits and dashes, 32 at most",
    ],
    [toolSettingsRequestSchema, { hide: [{ sever: "x" }] }, 'hide.0: has a word that is not known: "sever"'],
  ])("is named with its place", (schema, value, words) => {
    expect(reason(schema, value)).toBe(words);
  });

  it.each([undefined, null, 0, "", "x", [], {}, true, { templates: 1 }, { templates: [1] }, Number.NaN, 1n])(
    "is told in no validator's words: %s",
    (value) => {
      for (const schema of [agentTemplatesSchema, startTerminalRequestSchema, toolSettingsRequestSchema])
        expect(reason(schema, value)).not.toMatch(VALIDATOR);
    },
  );

  it("as JSON is named with its line", () => {
    const read = (text: string) => {
      const parsed = parseJson(z.unknown(), text);
      return parsed.ok ? "fine" : parsed.reason;
    };
    expect(read('{\n"a" 1}')).toBe("line 2: a colon is missing");
    expect(read("{} x")).toMatch(/^line 1: /);
    expect(read("// x\n{}")).toBe("comments and trailing commas are not allowed here");
    for (const text of ["", "{", "nonsense", "[1,", '{"a":1,}']) expect(read(text)).not.toMatch(VALIDATOR);
  });
});
