/** Decides whether a daemon is alive, and whether it is our own: one `/health` with a nonce. */
import { randomBytes } from "node:crypto";
import { type Health, healthSchema } from "../../../shared/protocol/daemon-api.ts";
import { portOf } from "../../../shared/protocol/proof.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { daemonProofs, judgeProofs, type Proven } from "../../home/proofs.ts";
import { ask, type Reach, reachAddress } from "../../wire/reach.ts";

/** An answer later than this is no answer (docs/protocol.md, “Finding a daemon”), in milliseconds. */
export const HEALTH_TIMEOUT_MS = 500;
const PATIENT_MS = 5_000;
const MAX_HEALTH_BYTES = 64 * 1024;

export type Probe = { outcome: "alive"; health: Health; proven: Proven } | { outcome: "no-answer"; reason: string };

/** `proven` is "here" when it showed that it knows `key` and listens on this port. Nothing secret is sent, and no redirect is followed. */
export async function probeHealth(base: string, key: string, timeoutMs = HEALTH_TIMEOUT_MS): Promise<Probe> {
  // Nobody is connected yet: nothing is kept for a next request.
  return probeReach(reachAddress(base), key, timeoutMs, { connection: "close" });
}

/** The same of one that is reached already. */
export async function probeReach(
  reach: Reach,
  key: string,
  timeoutMs: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Probe> {
  const nonce = randomBytes(16).toString("hex");
  try {
    const response = await ask(reach, `/health?nonce=${nonce}`, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const text = await readBounded(response, MAX_HEALTH_BYTES);
    if (response.status !== 200) return { outcome: "no-answer", reason: `/health answered ${response.status}` };
    if (text === undefined) return { outcome: "no-answer", reason: "/health answered too much" };
    const health = parseJson(healthSchema, text);
    if (!health.ok) return { outcome: "no-answer", reason: `/health answered nonsense (${health.reason})` };
    const proven = judgeProofs(health.value, daemonProofs(key, nonce, portOf(reach.base)));
    return { outcome: "alive", health: health.value, proven };
  } catch (error) {
    return { outcome: "no-answer", reason: networkReason(error) };
  }
}

/**
 * For what is done once and has nowhere else to look. Where no daemon is, the connection is refused at once; one that is only
 * slow, on a machine that is busy, must not be taken for dead.
 */
export const probePatiently = (base: string, key: string): Promise<Probe> => probeHealth(base, key, PATIENT_MS);

/** Reads a body of at most `max` bytes; undefined when it is longer, and the rest is not read. */
export async function readBounded(response: Response, max: number): Promise<string | undefined> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let length = 0;
  let text = "";
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > max) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Words for why a request got no answer: what the person can act on, not the name of a class. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  if (error.name === "TimeoutError") return "no answer in time";
  // `fetch` wraps what the connection said; a connection of our own says it itself.
  const said = error.cause instanceof Error ? error.cause : error;
  const code = "code" in said && typeof said.code === "string" ? said.code : undefined;
  switch (code) {
    case undefined:
    // Of a link to another machine, which says it in words.
    case "ELINK":
      return said.message;
    case "ECONNREFUSED":
      return "nothing listens there (connection refused)";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "the connection was cut";
    default:
      return `no answer (${code})`;
  }
}
