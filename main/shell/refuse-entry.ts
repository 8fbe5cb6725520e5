/** Refuses an entry of the inbox at the gateway, for a notice's button. */
import { faultBodySchema } from "../../shared/protocol/fault.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";

const LIMIT_MS = 8_000;

/** Undefined when it was taken, else the reason in a sentence: also that somebody was faster. */
export async function refuseEntry(gateway: { url: string; token: string }, entry: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${gateway.url}/api/v1/inbox/${encodeURIComponent(entry)}/answer`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
      body: JSON.stringify({ decision: "refuse" }),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (answer.ok) return undefined;
    const body = parseJson(faultBodySchema, await answer.text());
    return body.ok ? body.value.error.message : `the gateway answered ${answer.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}
