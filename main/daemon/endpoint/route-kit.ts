/** What all routes share: how a body is read, how a refusal looks, who the caller is. */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import { parseJson, type z } from "../../../shared/protocol/schema.ts";
import { sameSecret } from "../../home/secrets.ts";
import { bearerOf } from "../../wire/bearer.ts";
import { readBody } from "./read-body.ts";

/** Bodies of these routes are small; `/mcp` has its own bound. */
const MAX_BODY_BYTES = 1024 * 1024;

export type Env = { Bindings: HttpBindings };
export type Ctx = Context<Env>;

export const refuse = (c: Ctx, status: 400 | 401 | 404 | 409 | 413 | 415 | 422 | 500 | 503, error: Fault): Response =>
  c.json({ error }, status);

export const unauthorized = (c: Ctx): Response => refuse(c, 401, fault("unauthorized", "A token is needed for this."));

export const bearer = (c: Ctx): string | undefined => bearerOf(c.req.header("authorization"));

/** Whether the caller knows the daemon's key. */
export function holdsKey(c: Ctx, key: string): boolean {
  const token = bearer(c);
  return token !== undefined && sameSecret(token, key);
}

/** A JSON body of this shape (an absent one counts as `{}`), or the answer that says what is wrong with it. */
export async function readJson<T>(
  c: Ctx,
  schema: z.ZodType<T>,
): Promise<{ ok: true; value: T } | { ok: false; response: Response }> {
  const text = await readBody(c.env.incoming, MAX_BODY_BYTES);
  if (text === undefined)
    return { ok: false, response: refuse(c, 413, fault("body-too-large", "The body is too large.")) };
  if (text !== "" && !/^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "")) {
    const error = fault("unsupported-media-type", "The body must be application/json.");
    return { ok: false, response: refuse(c, 415, error) };
  }
  const parsed = parseJson(schema, text === "" ? "{}" : text);
  if (parsed.ok) return parsed;
  const error = fault("bad-request", `The body is not as expected: ${parsed.reason}`);
  return { ok: false, response: refuse(c, 400, error) };
}
