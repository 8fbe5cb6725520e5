/** Chooses a daemon: the first discovery file that is valid and whose daemon answers, with what became of the others. */
import type { DiscoveryAttempt } from "../../../shared/protocol/app-frames.ts";
import type { Health } from "../../../shared/protocol/daemon-api.ts";
import {
  type DiscoveredAddress,
  MAX_DISCOVERY_BYTES,
  parseDiscoveryFile,
} from "../../../shared/protocol/discovery-file.ts";
import { readPrivateFile } from "../../home/private-file.ts";
import type { Candidate } from "./candidates.ts";
import { type Probe, probeHealth } from "./probe-health.ts";

export interface FoundDaemon {
  path: string;
  base: string;
  /** True for this home's file, when what it names proved that it knows this home's key and listens there: only then may it get secrets of ours. */
  own: boolean;
  /** It knows the key, and was started by a version whose proof names no port: it can be told to stop, and nothing else. */
  earlier: boolean;
  health: Health;
}

export interface Search {
  found: FoundDaemon | undefined;
  attempts: DiscoveryAttempt[];
}

/** Looks at the candidates in order and stops at the first good one; the files after it are `not-tried`. */
export async function findDaemon(
  candidates: readonly Candidate[],
  key: string,
  probe: (base: string, key: string) => Promise<Probe> = probeHealth,
): Promise<Search> {
  const attempts: DiscoveryAttempt[] = [];
  let found: FoundDaemon | undefined;
  for (const candidate of candidates) {
    if (found !== undefined) {
      attempts.push({ path: candidate.path, outcome: "not-tried" });
      continue;
    }
    const tried = await tryCandidate(candidate, key, probe);
    attempts.push(tried.attempt);
    found = tried.found;
  }
  return { found, attempts };
}

/** What one file names, and whether that may be used. */
export async function tryCandidate(
  candidate: Candidate,
  key: string,
  probe: (base: string, key: string) => Promise<Probe> = probeHealth,
): Promise<{ attempt: DiscoveryAttempt; found?: FoundDaemon }> {
  const { path } = candidate;
  const read = readDiscoveryFile(path);
  if (read.outcome !== "read") return { attempt: { path, ...read } };
  const { base } = read.address;
  const answer = await probe(base, key);
  if (answer.outcome === "no-answer")
    return { attempt: { path, outcome: "no-answer", reason: `${base}: ${answer.reason}` } };
  if (candidate.own && answer.proven === "no") {
    const reason = `${base} answers, but is not this home's daemon; nothing was sent to it`;
    return { attempt: { path, outcome: "unproven", reason } };
  }
  // A proof counts for this home's file alone: any other file may name whom it likes, and was not written by our daemon.
  const { own } = candidate;
  const earlier = own && answer.proven === "earlier";
  return { attempt: { path, outcome: "used" }, found: { path, base, own, earlier, health: answer.health } };
}

export type DiscoveryRead =
  | { outcome: "absent" }
  | { outcome: "refused"; reason: string }
  | { outcome: "read"; address: DiscoveredAddress };

/** A file that is half written, or whose folder is missing, is a reason and never an address. */
export function readDiscoveryFile(path: string): DiscoveryRead {
  const file = readPrivateFile(path, MAX_DISCOVERY_BYTES);
  if (file.outcome === "absent") return { outcome: "absent" };
  if (file.outcome === "refused") return { outcome: "refused", reason: file.reason };
  const parsed = parseDiscoveryFile(file.text);
  return parsed.ok ? { outcome: "read", address: parsed.value } : { outcome: "refused", reason: parsed.reason };
}
