/** Writes and reads the state that an agent gives back with its answers: signed, for one bearer and one request, and only for a while. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { parseExactJson, z } from "../../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../../rpc/message.ts";

export interface HeldAt {
  /** Id of the held request in its session. */
  held: number;
  /** How often input was asked for; an earlier state is used up. */
  round: number;
  /** When nobody waits for the answers any more, in milliseconds since 1970. */
  expires: number;
}

export interface RequestStates {
  /** `bearer` is whose request it is, `request` what `digestOf` gives for it. */
  write(at: HeldAt, bearer: string, request: string): string;
  /** Undefined for what was not written here, or not for this. */
  read(state: string, bearer: string, request: string): HeldAt | undefined;
}

const heldSchema = z.object({ held: z.number(), round: z.number(), expires: z.number() });
/** Longer ones were not written here. */
const MAX_CHARS = 1_000;

/** The key lives as long as this run of the daemon, as what it holds does. */
export function createRequestStates(key: Buffer = randomBytes(32)): RequestStates {
  const sign = (body: string, bearer: string, request: string) =>
    createHmac("sha256", key)
      .update(JSON.stringify([body, bearer, request]))
      .digest();
  return {
    write(at, bearer, request) {
      const body = Buffer.from(JSON.stringify(at)).toString("base64url");
      return `${body}.${sign(body, bearer, request).toString("base64url")}`;
    },
    read(state, bearer, request) {
      if (state.length > MAX_CHARS) return undefined;
      const [body = "", given = "", ...rest] = state.split(".");
      const signature = Buffer.from(given, "base64url");
      const right = sign(body, bearer, request);
      // Compared as text, too: Base64 has several spellings of the same bytes.
      if (rest.length > 0 || signature.length !== right.length || right.toString("base64url") !== given)
        return undefined;
      if (!timingSafeEqual(signature, right)) return undefined;
      const at = parseExactJson(heldSchema, Buffer.from(body, "base64url").toString());
      return at.ok ? at.value : undefined;
    },
  };
}

/** What must be the same when a request is made again with its answers; the order of its fields need not be. */
export function digestOf(method: string, params: JsonObject | undefined): string {
  const { _meta, inputResponses, requestState, ...same } = params ?? {};
  return JSON.stringify([method, sorted(same)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
