/** Owns `<home>/gateway.json`: where the gateway of this home is, that there is only one, and that it is the one. */
import { randomBytes } from "node:crypto";
import {
  type DiscoveredAddress,
  MAX_DISCOVERY_BYTES,
  parseDiscoveryFile,
} from "../../shared/protocol/discovery-file.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile, removeIfOurs, writePrivateFile } from "../home/private-file.ts";
import { ownerToken, prove, sameSecret } from "../home/secrets.ts";
import { readBounded } from "./discovery/probe-health.ts";

/** Where no gateway is, the connection is refused at once; one that is only slow must not be taken for dead: its home would have two. */
const ANSWER_MS = 5_000;
const MAX_ANSWER_BYTES = 4096;
export const GATEWAY_NONCE = /^[0-9a-f]{32}$/;

/**
 * The gateway that serves this home, if it answers and proves that it knows the owner's token: another program on the
 * port of one that was killed must not be sent that token.
 */
export async function runningGateway(home: HomeFolder): Promise<DiscoveredAddress | undefined> {
  const file = readPrivateFile(home.gateway, MAX_DISCOVERY_BYTES);
  if (file.outcome !== "read") return undefined;
  const address = parseDiscoveryFile(file.text);
  if (!address.ok) return undefined;
  const nonce = randomBytes(16).toString("hex");
  try {
    const response = await fetch(`${address.value.base}/api/v1/proof?nonce=${nonce}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer = parseJson(z.object({ proof: z.string() }), (await readBounded(response, MAX_ANSWER_BYTES)) ?? "");
    return answer.ok && sameSecret(answer.value.proof, gatewayProof(ownerToken(home), nonce))
      ? address.value
      : undefined;
  } catch {
    return undefined;
  }
}

/** What `GET /api/v1/proof?nonce=…` answers. */
export const gatewayProof = (token: string, nonce: string): string => prove(token, `gateway ${nonce}`);

/** Writes the file and gives what removes it again, if it is still this one. */
export function announceGateway(home: HomeFolder, url: string, startedAt: string): () => void {
  const text = `${JSON.stringify({ url, pid: process.pid, started_at: startedAt })}\n`;
  writePrivateFile(home.gateway, text);
  return () => removeIfOurs(home.gateway, text);
}
