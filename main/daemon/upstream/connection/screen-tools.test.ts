/** Proves what a server cannot do to agents and people with the words of its tools. */
import { ListToolsResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, it } from "vitest";
import { screenText, screenTools } from "./screen-tools.ts";

const ESC = "\u001b";

describe("words that are not what they seem", () => {
  it("have every unseen character made visible, and all that languages and emoji need left as it is", () => {
    expect(screenText(`${ESC}[2Jclear ${ESC}]52;c;aGk=\u0007`)).toBe("␛[2Jclear ␛]52;c;aGk=␇");
    expect(screenText("delete\u202eelif\u202c \u2066x\u2069 a\u200bb \u009b31m over\rwritten")).toBe(
      "delete\uFFFDelif\uFFFD \uFFFDx\uFFFD a\uFFFDb \uFFFD31m over␍written",
    );
    const smuggled = [..."ignore"].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join("");
    expect(screenText(`fine${smuggled}\u{e0101}`)).toBe(`fine${"\uFFFD".repeat(7)}`);
    for (const honest of ["two\nlines\tand a tab", "👩‍👩‍👧 ❤️", "می‌خواهم", "नमस्ते", "שלום\u200e!", "“quoted” – naïve"]) {
      expect(screenText(honest)).toBe(honest);
    }
    // Bits of a hidden text, where no language needs what carries them.
    for (const [hidden, shown] of [
      ["d\ufe00o\ufe01 x\ufe0f", "d\uFFFDo\uFFFD x\uFFFD"],
      ["d\u200co\u200d", "d\uFFFDo\uFFFD"],
      ["d\u200eo\u200f", "d\uFFFDo\uFFFD"],
      ["ש\u200e\u200f\u200eל", "ש\u200e\uFFFD\uFFFDל"],
      ["\u00ad\u034f\u3164\u206a", "\u2010\uFFFD\uFFFD\uFFFD"],
    ] as const) {
      expect(screenText(hidden)).toBe(shown);
    }
    expect(screenText("windows\r\nlines")).toBe("windows\nlines");
  });

  it("are found wherever a definition has words; names, patterns and values stay what the server compares with", () => {
    const poisoned = {
      name: "read",
      title: `a${ESC}`,
      annotations: { title: `b${ESC}` },
      inputSchema: {
        type: "object",
        properties: {
          description: { type: "string", description: `c${ESC}`, pattern: `^${ESC}`, enum: [`${ESC}`] },
          list: { anyOf: [{ description: `d${ESC}` }, "x", null] },
        },
      },
    };
    expect(screenTools([poisoned]).tools).toEqual([
      {
        name: "read",
        title: "a␛",
        annotations: { title: "b␛" },
        inputSchema: {
          type: "object",
          properties: {
            description: { type: "string", description: "c␛", pattern: `^${ESC}`, enum: [`${ESC}`] },
            list: { anyOf: [{ description: "d␛" }, "x", null] },
          },
        },
      },
    ]);
    const honest = { name: "plain", description: "two\nlines", inputSchema: { type: "object", properties: {} } };
    expect(screenTools([honest]).tools[0]).toBe(honest);
  });

  it("in names leave the tool out, and say so; so does a definition that cannot be written again", () => {
    const deep: Record<string, unknown> = {};
    let at = deep;
    for (let i = 0; i < 100_000; i += 1) {
      const next: Record<string, unknown> = {};
      at.properties = next;
      at = next;
    }
    const offered = [
      { name: "read\u202e" },
      { name: "re\nad" },
      { name: "read" },
      { name: 7 },
      { name: "" },
      { name: "deep", deep },
    ];
    expect(screenTools(offered)).toEqual({
      tools: [{ name: "read", inputSchema: { type: "object" } }],
      leftOut: "offers tools that are left out: 5 with names or definitions that cannot be shown",
    });
  });
});

describe("a flood of tools", () => {
  it("is cut at 2,000, or at 4 MB of definitions, and says so; the first ones work", () => {
    const many = Array.from({ length: 2_001 }, (_, i) => ({ name: `t${i}` }));
    expect(screenTools(many.slice(1))).toMatchObject({ leftOut: undefined });
    const cut = screenTools(many);
    expect(cut.tools).toHaveLength(2_000);
    expect(cut.leftOut).toBe("offers tools that are left out: 1 beyond 2000");
    const large = Array.from({ length: 5 }, (_, i) => ({ name: `t${i}`, description: "x".repeat(1024 * 1024) }));
    expect(screenTools(large).tools.map(({ name }) => name)).toEqual(["t0", "t1", "t2"]);
  });
});

describe("a schema that is none", () => {
  it.each<[string, unknown, object]>([
    ["absent", undefined, { type: "object" }],
    ["null", null, { type: "object" }],
    ["true", true, { type: "object" }],
    ["without a type", { properties: { a: {} } }, { type: "object", properties: { a: {} } }],
    ["with members that are none", { type: 7, properties: [1], required: "a" }, { type: "object" }],
    [
      "with members that are true, false or null",
      { type: "object", properties: { a: true, b: false, c: null }, required: ["a", 1] },
      { type: "object", properties: { a: {}, b: { not: {} }, c: {} }, required: ["a"] },
    ],
    ["of several types", { type: ["object", "null"], required: ["a"] }, { type: "object", required: ["a"] }],
  ])("of a tool's input (%s) costs a strict agent no list", (_, inputSchema, right) => {
    const { tools } = screenTools([{ name: "go", inputSchema }]);
    expect(tools).toEqual([{ name: "go", inputSchema: right }]);
    expect(ListToolsResultSchema.safeParse({ tools }).success).toBe(true);
  });

  it("of a tool's results is left out", () => {
    const inputSchema = { type: "object" };
    const { tools } = screenTools([{ name: "go", inputSchema, outputSchema: { type: ["object", "null"] } }]);
    expect(tools).toEqual([{ name: "go", inputSchema }]);
  });
});
