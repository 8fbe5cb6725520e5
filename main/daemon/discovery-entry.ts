/** The daemon's own discovery file: whether somebody else's is alive, writing ours, removing only ours. */
import { randomBytes } from "node:crypto";
import { healthSchema } from "../../shared/protocol/daemon-api.ts";
import { MAX_DISCOVERY_BYTES, parseDiscoveryFile } from "../../shared/protocol/discovery-file.ts";
import { portOf } from "../../shared/protocol/proof.ts";
import { check } from "../../shared/protocol/schema.ts";
import { readPrivateFile, removeIfOurs, writePrivateFile } from "../home/private-file.ts";
import { daemonProofs, judgeProofs } from "../home/proofs.ts";

/**
 * How long a daemon that is alive may take to say so. Where none is, the connection is refused at once; one that is only slow,
 * on a machine that is busy, must not be taken for dead: its home would have two.
 */
const ALIVE_MS = 5_000;

/**
 * Address and pid of the daemon that this file names, if it answers and proves that it knows the key of this home. One of an
 * earlier version counts: its programs run, and nothing secret is sent to it.
 */
export async function liveOwner(
  path: string,
  key: string,
): Promise<{ url: string; pid: number | undefined } | undefined> {
  const file = readPrivateFile(path, MAX_DISCOVERY_BYTES);
  if (file.outcome !== "read") return undefined;
  const found = parseDiscoveryFile(file.text);
  if (!found.ok) return undefined;
  const nonce = randomBytes(16).toString("hex");
  try {
    const response = await fetch(`${found.value.base}/health?nonce=${nonce}`, {
      signal: AbortSignal.timeout(ALIVE_MS),
      redirect: "error",
    });
    const health = check(healthSchema, await response.json());
    const { base } = found.value;
    if (!health.ok || judgeProofs(health.value, daemonProofs(key, nonce, portOf(base))) === "no") return undefined;
    return { url: base, pid: health.value.pid };
  } catch {
    return undefined;
  }
}

export interface DiscoveryEntry {
  /** Whose file stands there now: another's only when it was read and says something else. One that was removed is written again. */
  check(): "ours" | "another";
  remove(): void;
}

export function writeDiscovery(path: string, base: string, startedAt: string): DiscoveryEntry {
  const text = `${JSON.stringify({ url: `${base}/mcp`, pid: process.pid, started_at: startedAt })}\n`;
  writePrivateFile(path, text);
  const rewrite = () => {
    try {
      writePrivateFile(path, text);
    } catch {
      // A disk or a system that refuses for now: the next look tries again.
    }
  };
  return {
    check() {
      const now = readPrivateFile(path, MAX_DISCOVERY_BYTES);
      if (now.outcome === "absent") rewrite();
      // One that cannot be read now (no file descriptor is free, for one) says nothing about who wrote it.
      return now.outcome === "read" && now.text !== text ? "another" : "ours";
    },
    remove: () => removeIfOurs(path, text),
  };
}
