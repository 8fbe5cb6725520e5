/** How a command asks the gateway that runs for its home. */
import { failed, faultBodySchema, ok, type Result } from "../../shared/protocol/fault.ts";
import { parseExactJson, parseJson, type z } from "../../shared/protocol/schema.ts";
import { runningGateway } from "../gateway/gateway-file.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { complain } from "../home/say.ts";
import { ownerToken } from "../home/secrets.ts";

export type Ask = <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) => Promise<Result<T>>;

export interface Gateway {
  /** `http://127.0.0.1:<port>`. */
  base: string;
  token: string;
  ask: Ask;
}

/**
 * The one that runs for this home, with the owner's token; or the one that SIGNALBOX_URL names, with the token in SIGNALBOX_TOKEN and no
 * other: a script may be given less than its person may do. Undefined, and said, when there is none.
 */
export async function reachGateway(home: HomeFolder, env = process.env): Promise<Gateway | undefined> {
  const { SIGNALBOX_URL: named, SIGNALBOX_TOKEN: given } = env;
  if (named) {
    const base = URL.canParse(named) ? new URL(named).origin : "null";
    if (base === "null") complain("SIGNALBOX_URL is no address.");
    else if (!given) complain("SIGNALBOX_URL names a gateway, and SIGNALBOX_TOKEN holds no token for it.");
    else return { base, token: given, ask: asker(base, given) };
    return undefined;
  }
  const gateway = await runningGateway(home);
  if (gateway !== undefined) {
    const token = given || ownerToken(home);
    return { base: gateway.base, token, ask: asker(gateway.base, token) };
  }
  complain("no gateway runs for this home. Start one with `signalbox serve`.");
  return undefined;
}

/** Undefined, and said, when none runs. */
export const askGateway = async (home: HomeFolder): Promise<Ask | undefined> => (await reachGateway(home))?.ask;

function asker(base: string, token: string): Ask {
  return async (schema, method, path, body) => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(base + path, {
        method,
        redirect: "manual",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = (await response.text()) || "{}";
    } catch {
      return failed("no-gateway", `The gateway at ${base} does not answer.`);
    }
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
