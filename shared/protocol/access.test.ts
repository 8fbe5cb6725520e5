/** Proves what each capability opens: a wrong row is a device that acts, or a plugin that reads terminals. */
import { describe, expect, it } from "vitest";
import { allows, allowsTool, CAPABILITIES_OF, type Capability, capabilitySchema, type Need } from "./access.ts";

const NEEDS: readonly Need[] = ["nothing", "token", "view", "act", "tools"];

describe.each<[who: string, capabilities: readonly Capability[] | undefined, may: readonly Need[]]>([
  ["nobody", undefined, ["nothing"]],
  ["a token without capabilities", [], ["nothing", "token"]],
  ["a full device", CAPABILITIES_OF.full, ["nothing", "token", "view", "act"]],
  ["a watching device", CAPABILITIES_OF["read-only"], ["nothing", "token", "view"]],
  ["a client of tools", ["tools:editor_*"], ["nothing", "token", "tools"]],
  ["a script that only acts", ["act"], ["nothing", "token", "act"]],
])("%s", (_, capabilities, may) => {
  it(`may use ${may.join(", ")} and nothing else`, () => {
    expect(NEEDS.filter((need) => allows(capabilities, need))).toEqual(may);
  });
});

it.each<[pattern: string, fits: string[], not: string[]]>([
  ["*", ["a", ""], []],
  ["editor_*", ["editor_", "editor_open"], ["editor", "my_editor_open", "EDITOR_open"]],
  ["*_read", ["file_read"], ["file_reads", "file_write"]],
  ["a*a", ["aa", "aba"], ["a", "ab"]],
  ["a.b", ["a.b"], ["axb"]],
  ["*a*b*", ["ab", "xaxbx"], ["ba"]],
  [`${"*a".repeat(20)}b`, [], ["a".repeat(5_000)]],
])("tools:%s", (pattern, fits, not) => {
  for (const tool of fits) expect(allowsTool(["view", `tools:${pattern}`], tool), tool).toBe(true);
  for (const tool of not) expect(allowsTool(["view", `tools:${pattern}`], tool), tool).toBe(false);
});

it("takes no capability that it does not know", () => {
  for (const text of ["view", "act", "tools:*", "tools:a.b_c*"])
    expect(capabilitySchema.safeParse(text).success, text).toBe(true);
  for (const text of ["", "owner", "tools:", "tools: a", `tools:${"a".repeat(129)}`, "view ", null, ["view"]])
    expect(capabilitySchema.safeParse(text).success, String(text)).toBe(false);
});
