/** Proves the naming of merged tools. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeTools } from "./tool-menu.ts";

const list = (server: string, ...names: string[]) => ({ server, tools: names.map((name) => ({ name })) });
const names = (...lists: ReturnType<typeof list>[]) => mergeTools(lists).tools.map((tool) => tool.name);

describe("merged tools", () => {
  it("keep their names where nobody else uses them, and get a prefix on every side where somebody does", () => {
    expect(names(list("a", "x", "y"), list("b", "y", "z"))).toEqual(["x", "a__y", "b__y", "z"]);
  });

  it("do not depend on the order in which servers answer", () => {
    const [one, two] = [list("a", "x", "y"), list("b", "y")];
    expect(new Set(names(one, two))).toEqual(new Set(names(two, one)));
  });

  it("never give a prefixed name that a server really uses", () => {
    expect(names(list("a", "y", "a__y"), list("b", "y"))).toEqual(["a__y_2", "a__y", "b__y"]);
  });

  it("of one server never look like another server's", () => {
    expect(names(list("git", "push"), list("evil", "git__push", "evil__own", "other__x"))).toEqual([
      "push",
      "evil__git__push",
      "evil__own",
      "other__x",
    ]);
    // Also while the other one has never been there.
    expect(names(list("git"), list("evil", "git__push"))).toEqual(["evil__git__push"]);
  });

  it("are unique and each lead to their owner, whatever servers send", () => {
    const tool = fc.constantFrom("a", "b", "a__b", "b__a", "", "a__b_2");
    const lists = fc.uniqueArray(fc.record({ server: fc.constantFrom("a", "b", "a.b", "c"), tools: fc.array(tool) }), {
      selector: (item) => item.server,
    });
    fc.assert(
      fc.property(lists, (raw) => {
        const { tools, owners } = mergeTools(raw.map(({ server, tools: own }) => list(server, ...own)));
        expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
        expect(owners.size).toBe(tools.length);
        for (const { server, tools: own } of raw) {
          for (const name of new Set(own)) {
            if (name === "") continue;
            expect([...owners.values()].filter((owner) => owner.server === server && owner.tool === name)).toHaveLength(
              1,
            );
          }
        }
      }),
    );
  });
});
