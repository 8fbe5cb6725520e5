/** Asks the gateway about the daemon: to look for it again, or to end or restart our own, agents included. */

import { faultBodySchema } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";

/** The daemon gives programs two seconds; an answer that takes longer than this will not come. */
const LIMIT_MS = 8_000;

/** Undefined when it was accepted, else the reason in a sentence. Ends with force: the person has been asked before. */
export async function askDaemon(
  gateway: { url: string; token: string },
  what: "stop" | "restart" | "retry",
): Promise<string | undefined> {
  try {
    const answer = await fetch(`${gateway.url}/api/v1/daemon/${what}`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
      body: JSON.stringify(what === "retry" ? {} : { force: true }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (answer.ok) return undefined;
    const body = parseJson(faultBodySchema, await answer.text());
    return body.ok ? body.value.error.message : `the gateway answered ${answer.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}
