/** Reads V8's CPU profiles into shares: which part of the sources each sample belongs to, by the innermost frame that has an owner. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "../../shared/protocol/schema.ts";
import { parse } from "./program.ts";

const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
type Profile = z.output<typeof profile>;

/** Name of a part, and what the address of a frame's file must contain. The first that fits has it. */
export type Parts = readonly (readonly [string, readonly string[]])[];

/** Seconds a part, over all profiles in the folder. Idle time counts for nobody; the collector and what has no owner are named so. */
export function cpuShares(folder: string, parts: Parts): Map<string, number> {
  const sums = new Map<string, number>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".cpuprofile"))) {
    add(parse(profile, readFileSync(join(folder, name), "utf8")), parts, sums);
  }
  return sums;
}

function add(from: Profile, parts: Parts, sums: Map<string, number>): void {
  const parents = new Map(
    from.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  const nodes = new Map(from.nodes.map((node) => [node.id, node]));
  const owners = new Map<number, string | undefined>();
  const ownerOf = (id: number): string | undefined => {
    if (owners.has(id)) return owners.get(id);
    const { functionName = "", url = "" } = nodes.get(id)?.callFrame ?? {};
    const parent = parents.get(id);
    const own = functionName === "(garbage collector)" ? "garbage collection" : partOf(url, parts);
    const owner = own ?? (parent === undefined ? undefined : ownerOf(parent));
    owners.set(id, owner);
    return owner;
  };
  from.samples.forEach((id, i) => {
    if (nodes.get(id)?.callFrame.functionName === "(idle)") return;
    const owner = ownerOf(id) ?? "the rest of Node";
    sums.set(owner, (sums.get(owner) ?? 0) + (from.timeDeltas[i] ?? 0) / 1e6);
  });
}

function partOf(url: string, parts: Parts): string | undefined {
  return parts.find(([, paths]) => paths.some((path) => url.includes(path)))?.[0];
}
