/** Proves that rooms of the page that others stand on import nothing from above: each can be read without the rest. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

/** From the ground up. Every other room is above all of these. */
const FLOORS = [
  ["parts", "host", "gateway", "keys"],
  ["stores", "theme"],
];
const TOP = FLOORS.length;

const floorOf = (path: string): number => {
  const room = path.split("/")[1] ?? "";
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  return floor === -1 ? TOP : floor;
};

/** Imports of types too: whoever reads a file must read what it names. */
function importsUpward(path: string, text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)]
    .map(([, from = ""]) => normalize(join(dirname(path), from)))
    .filter((to) => to.startsWith("renderer/") && floorOf(to) > floorOf(path))
    .map((to) => `${path} imports ${to}`);
}

it("sees an import upward, of a type, of a style and of what is loaded later", () => {
  const text = [
    'import { isError } from "../activity/list.ts";',
    'import type { Call } from "../detail/detail.ts";',
    'import "../shell/shell.css";',
    'const page = () => import("../settings/page.tsx");',
    'import { button } from "../parts/button.tsx";',
    'import { ok } from "../../shared/protocol/fault.ts";',
  ].join("\n");
  expect(importsUpward("renderer/stores/x.ts", text)).toHaveLength(4);
  expect(importsUpward("renderer/activity/x.ts", text)).toEqual([]);
});

it("no lower room of the page imports from a higher one", () => {
  const files = readdirSync("renderer", { recursive: true, encoding: "utf8" })
    .map((name) => join("renderer", name))
    .filter((path) => /\.tsx?$/.test(path));
  for (const room of FLOORS.flat())
    expect(
      files.some((path) => path.startsWith(`renderer/${room}/`)),
      room,
    ).toBe(true);
  expect(files.flatMap((path) => importsUpward(path, readFileSync(path, "utf8")))).toEqual([]);
});
