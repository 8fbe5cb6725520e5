/** Owns asking the gateway to end or restart our own daemon, agents included, when the person chose to. */

import { faultBodySchema } from "../../../shared/protocol/fault.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";

/** The daemon gives programs two seconds; an answer that takes longer than this will not come. */
const LIMIT_MS = 8_000;

/** Undefined when it was accepted, else the reason in a sentence. Asks with force: the person has been asked before. */
export async function askDaemon(
  gateway: { url: string; token: string },
  what: "stop" | "restart",
): Promise<string | undefined> {
  try {
    const answer = await fetch(`${gateway.url}/api/v1/daemon/${what}`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
      body: JSON.stringify({ force: true }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (answer.ok) return undefined;
    const body = parseJson(faultBodySchema, await answer.text());
    return body.ok ? body.value.error.message : `the gateway answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
