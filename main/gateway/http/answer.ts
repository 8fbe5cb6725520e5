/** Owns how results become HTTP answers: the one error shape, with the status that fits its code. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Fault, Result } from "../../../shared/protocol/fault.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { parseJson, type z } from "../../../shared/protocol/schema.ts";

const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  unauthorized: 401,
  "wrong-code": 401,
  "pairing-locked": 429,
  "too-many-attempts": 429,
  "not-found": 404,
  "no-such-session": 404,
  "no-such-device": 404,
  "no-such-folder": 404,
  "folder-unreadable": 403,
  "owner-only": 403,
  "read-only": 403,
  "wrong-content-type": 415,
  "too-large": 413,
  "terminal-running": 409,
  "sessions-running": 409,
  "no-daemon": 503,
  "daemon-unreachable": 502,
  "daemon-error": 502,
  "daemon-answer": 502,
  "daemon-refused": 502,
  "daemon-start-failed": 500,
  "devices-unwritable": 500,
  "token-unwritable": 500,
  "settings-unwritable": 500,
  "servers-unwritable": 500,
  "internal-error": 500,
};

/** Faults that are not in the table are the asker's: 400. */
export const statusOf = (code: string): ContentfulStatusCode => STATUS[code] ?? 400;

export function refuseWith(context: Context, error: Fault, status = statusOf(error.code)): Response {
  return context.json({ error }, status);
}

/** `{}` or the value, or the fault. */
export function answer<T>(context: Context, result: Result<T>, status: ContentfulStatusCode = 200): Response {
  if (!result.ok) return refuseWith(context, result.fault);
  return context.json(result.value ?? {}, status);
}

/** Body of an ordinary request, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** What is read and dropped of a larger one, so that its sender hears why: one that still writes hears nothing. */
const MAX_DROPPED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a JSON body. Another content type is refused unread: a form of a foreign page can send `text/plain`, but
 * not `application/json`. Faults: `wrong-content-type`, `too-large`, `bad-request`.
 */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<Result<T>> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return { ok: false, fault: fault("wrong-content-type", "The body must be application/json.") };
  }
  const text = await readText(context.req.raw.body, MAX_BODY_BYTES);
  if (text === undefined) return { ok: false, fault: fault("too-large", "The body is larger than 1 MiB.") };
  const parsed = parseJson(schema, text === "" ? "{}" : text);
  return parsed.ok
    ? parsed
    : { ok: false, fault: fault("bad-request", `The request makes no sense: ${parsed.reason}.`) };
}

async function readText(body: ReadableStream<Uint8Array> | null, max: number): Promise<string | undefined> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > max + MAX_DROPPED_BYTES) return undefined;
    if (length <= max) text += decoder.decode(chunk, { stream: true });
  }
  return length > max ? undefined : text + decoder.decode();
}
