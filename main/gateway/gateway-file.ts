/** `<home>/gateway.json`: where the gateway of this home is, that there is only one, and that it is the one. */
import { randomBytes } from "node:crypto";
import {
  type DiscoveredAddress,
  MAX_DISCOVERY_BYTES,
  parseDiscoveryFile,
} from "../../shared/protocol/discovery-file.ts";
import { portOf } from "../../shared/protocol/proof.ts";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile, removeIfOurs, writePrivateFile } from "../home/private-file.ts";
import { gatewayProofs, judgeProofs, type Proven } from "../home/proofs.ts";
import { ownerToken } from "../home/secrets.ts";
import { readBounded } from "./discovery/probe-health.ts";

/** Where no gateway is, the connection is refused at once; one that is only slow must not be taken for dead: its home would have two. */
const ANSWER_MS = 5_000;
const MAX_ANSWER_BYTES = 4096;
const answerSchema = z.object({ proof: z.string().optional(), port_proof: z.string().optional() });

/**
 * The gateway that serves this home, if it answers and proves that it knows the owner's token and listens there: another
 * program on the port of one that was killed must not be sent that token.
 */
export async function runningGateway(home: HomeFolder): Promise<DiscoveredAddress | undefined> {
  const found = await answeringGateway(home);
  return found?.proven === "here" ? found.address : undefined;
}

/** Also one of an earlier version, whose proof names no port: it has this home, and is sent nothing. */
export async function answeringGateway(
  home: HomeFolder,
): Promise<{ address: DiscoveredAddress; proven: Exclude<Proven, "no"> } | undefined> {
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
    const answer = parseJson(answerSchema, (await readBounded(response, MAX_ANSWER_BYTES)) ?? "");
    if (!answer.ok) return undefined;
    const proven = judgeProofs(answer.value, gatewayProofs(ownerToken(home), nonce, portOf(address.value.base)));
    return proven === "no" ? undefined : { address: address.value, proven };
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
