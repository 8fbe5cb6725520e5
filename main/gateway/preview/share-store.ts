/** Keeps the shared links of previews in a private file, so that they outlive the gateway. */

import { capabilitySchema, scopeSchema } from "../../../shared/protocol/access.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";
import { setFileAside } from "../../home/set-aside.ts";

const shareSchema = z.object({
  id: z.string(),
  session: z.string(),
  port: z.number(),
  /** SHA-256 of the link's secret, and of its digits with that secret. */
  hash: z.string(),
  pin: z.string().optional(),
  /** Whoever made it: it ends with that access. */
  maker: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("owner") }),
    z.object({ kind: z.literal("device"), id: z.string(), scope: scopeSchema }),
    z.object({ kind: z.literal("client"), id: z.string(), capabilities: z.array(capabilitySchema).readonly() }),
  ]),
  label: z.string().optional(),
  /** Milliseconds since 1970. */
  made: z.number(),
  expires: z.number(),
  /** Wrong digits so far. */
  wrong: z.number(),
});
export type KeptShare = z.infer<typeof shareSchema>;

const MAX_BYTES = 1024 * 1024;
const MAX_SHARES = 500;

export interface Shares {
  list(): readonly KeptShare[];
  /** Replaces the list, in memory at once and in the file. The oldest beyond 500 are left out. */
  keep(list: readonly KeptShare[]): void;
}

export function openShares(file: string, warn: (reason: string) => void): Shares {
  let shares = load(file, warn);
  return {
    list: () => shares,
    keep(list) {
      if (list.length === shares.length && list.every((share, at) => share === shares[at])) return;
      shares = list.slice(-MAX_SHARES);
      try {
        writePrivateFile(file, JSON.stringify({ shares }));
      } catch (error) {
        warn(`${file} cannot be written: ${reasonOf(error)}`);
      }
    },
  };
}

function load(file: string, warn: (reason: string) => void): readonly KeptShare[] {
  const read = readPrivateFile(file, MAX_BYTES);
  if (read.outcome === "refused") warn(`${file} is not used: ${read.reason}`);
  if (read.outcome !== "read") return [];
  const parsed = parseJson(z.object({ shares: z.array(shareSchema) }), read.text);
  if (parsed.ok) return parsed.value.shares;
  warn(`${file} is damaged (${parsed.reason}) and set aside as ${setFileAside(file) ?? "nothing: it stays"}`);
  return [];
}
