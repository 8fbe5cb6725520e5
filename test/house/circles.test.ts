/** Proves that files do not import each other in a circle: each can be read, and tested, after those below it. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const files = ["shared", "main", "preload", "renderer"]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)))
  .filter((path) => /\.tsx?$/.test(path) && !/\.(?:test\.tsx?|d\.ts)$/.test(path));
const known = new Set(files);

/** What a file imports; of types too where `withTypes` is set. */
function imports(file: string, withTypes: boolean): string[] {
  const found: string[] = [];
  for (const [, onlyTypes, names = "", from = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s+(type\s+)?([^;"]*?)from\s+"(\.[^"]+)"/gm,
  )) {
    const listed = /^\{([^}]*)\}\s*$/.exec(names.trim())?.[1]?.split(",") ?? [""];
    const values = onlyTypes === undefined && listed.some((name) => name.trim() !== "" && !/^\s*type\s/.test(name));
    const isDefault = onlyTypes === undefined && !names.trim().startsWith("{");
    const path = normalize(join(dirname(file), from));
    if ((withTypes || values || isDefault) && known.has(path)) found.push(path);
  }
  return found;
}

/** Each group of files that reach each other (Tarjan). */
function circles(of: readonly string[], withTypes: boolean): string[][] {
  const at = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const lowest = (file: string, other: number | undefined) =>
    low.set(file, Math.min(low.get(file) ?? Number.POSITIVE_INFINITY, other ?? Number.POSITIVE_INFINITY));
  function visit(file: string): void {
    at.set(file, at.size);
    lowest(file, at.get(file));
    stack.push(file);
    for (const next of imports(file, withTypes)) {
      if (!at.has(next)) visit(next);
      if (stack.includes(next)) lowest(file, low.get(next));
    }
    if (low.get(file) !== at.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group.sort());
  }
  for (const file of of) if (!at.has(file)) visit(file);
  return found;
}

it("tells what is needed to load a file from what only its types need", () => {
  expect(imports("main/gateway/http/routes.ts", false)).toContain("main/gateway/http/router.ts");
  expect(imports("main/gateway/http/router.ts", false)).not.toContain("main/gateway/auth/standing.ts");
  expect(imports("main/gateway/http/router.ts", true)).toContain("main/gateway/auth/standing.ts");
});

it("no file needs itself to be loaded", () => {
  expect(circles(files, false)).toEqual([]);
});

it("outside of the page, types go in no circle either", () => {
  expect(
    circles(
      files.filter((file) => !file.startsWith("renderer/")),
      true,
    ),
  ).toEqual([]);
});
