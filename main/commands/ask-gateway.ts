/** How a command asks the gateway that runs for its home. */
import { failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import { parseExactJson, parseJson, type z } from "../../shared/protocol/schema.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { complain } from "../home/say.ts";
import { ownerToken } from "../home/secrets.ts";

export type Ask = <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) => Promise<Result<T>>;

/** Undefined, and said, when none runs. */
export async function askGateway(home: HomeFolder): Promise<Ask | undefined> {
  const gateway = await runningGateway(home);
  if (gateway !== undefined) return asker(gateway.base, ownerToken(home));
  complain("no gateway runs for this home. Start one with `signalbox serve`.");
  return undefined;
}

function asker(base: string, token: string): Ask {
  return async (schema, method, path, body) => {
    const response = await fetch(base + path, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = (await response.text()) || "{}";
    if (!response.ok) {
      const told = parseJson(faultBodySchema, text);
      return told.ok
        ? { ok: false, fault: told.value.error }
        : failed("gateway", `the gateway answered ${response.status}`);
    }
    const read = parseExactJson(schema, text);
    return read.ok ? ok(read.value) : failed("gateway", `the gateway's answer was not understood: ${read.reason}`);
  };
}
