/** Owns `<home>/gateway.json`: where the gateway of this home is, and that there is only one. */
import {
  type DiscoveredAddress,
  MAX_DISCOVERY_BYTES,
  parseDiscoveryFile,
} from "../../shared/protocol/discovery-file.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile, removeIfOurs, writePrivateFile } from "../home/private-file.ts";

const ANSWER_MS = 500;

/** The gateway that already serves this home, if it answers. */
export async function runningGateway(home: HomeFolder): Promise<DiscoveredAddress | undefined> {
  const file = readPrivateFile(home.gateway, MAX_DISCOVERY_BYTES);
  if (file.outcome !== "read") return undefined;
  const address = parseDiscoveryFile(file.text);
  if (!address.ok || address.value.pid === process.pid) return undefined;
  try {
    const response = await fetch(`${address.value.base}/api/v1/health`, {
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    return response.status === 200 ? address.value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the file and gives what removes it again, if it is still this one. */
export function announceGateway(home: HomeFolder, url: string, startedAt: string): () => void {
  const text = `${JSON.stringify({ url, pid: process.pid, started_at: startedAt })}\n`;
  writePrivateFile(home.gateway, text);
  return () => removeIfOurs(home.gateway, text);
}
