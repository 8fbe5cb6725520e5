/** Proves that a folder is a room one can survey: it holds few files, or is a full one that may only become emptier. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

/** Sources that a folder may hold beside its tests. */
const MOST = 20;

/** Folders that are fuller, with what they held when the rule was made. One reason keeps some together, such as `main/agents`: a file an agent. */
const FULL: Readonly<Record<string, number>> = {
  "main/agents": 23,
  "main/commands": 21,
  "main/daemon/relay": 35,
  "main/gateway/journal": 23,
  "main/home": 24,
  "renderer/activity": 23,
  "renderer/detail": 21,
  "renderer/settings": 32,
  "renderer/shell": 28,
  "renderer/terminal": 44,
  "shared/protocol": 36,
};

/** How many sources lie in each folder, styles and tests left out. */
function sources(roots: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const root of roots)
    for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(name) || /\.(?:test|d)\.tsx?$/.test(name)) continue;
      const folder = dirname(join(root, name));
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  return counts;
}

it("no folder holds more files than a reader can survey", () => {
  const counts = sources(["main", "renderer", "shared", "preload"]);
  expect(counts.size).toBeGreaterThan(40);
  const over = [...counts].filter(([folder, count]) => count > (FULL[folder] ?? MOST));
  expect(over, "make a room per reason").toEqual([]);
});

it("names no folder as full that no longer is", () => {
  const counts = sources(["main", "renderer", "shared", "preload"]);
  expect(Object.keys(FULL).filter((folder) => (counts.get(folder) ?? 0) <= MOST)).toEqual([]);
});
