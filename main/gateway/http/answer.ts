/** How results become HTTP answers: the one error shape, with the status that fits its code. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Fault, failed, fault, ok, type Result } from "../../../shared/protocol/fault.ts";
import { parseJson, type z } from "../../../shared/protocol/schema.ts";
import type { Standing } from "../auth/standing.ts";

const STATUS: Readonly<Record<string, ContentfulStatusCode>> = {
  unauthorized: 401,
  "wrong-code": 401,
  "digits-void": 401,
  "too-many-attempts": 429,
  "not-found": 404,
  "no-such-session": 404,
  "no-such-device": 404,
  "no-such-machine": 404,
  "machine-ambiguous": 409,
  "machine-away": 503,
  "no-such-code": 404,
  "no-such-share": 404,
  "not-exposed": 404,
  "unknown-device": 404,
  "no-such-folder": 404,
  "folder-unreadable": 403,
  "owner-only": 403,
  "read-only": 403,
  "not-allowed": 403,
  "wrong-content-type": 415,
  "too-large": 413,
  "too-many-files": 409,
  "no-room": 507,
  "file-unwritable": 500,
  "servers-changed": 409,
  "terminal-running": 409,
  "terminal-ended": 409,
  "terminal-busy": 409,
  "no-terminal": 404,
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

/** Objects and arrays within each other. Nothing that is asked here needs more, and recursive code would run out of stack. */
const MAX_DEPTH = 100;
/** Body of an ordinary request, in bytes. */
const MAX_BODY_BYTES = 1024 * 1024;
/** What is read and dropped of a larger one, so that its sender hears why: one that still writes hears nothing. */
const MAX_DROPPED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a JSON body. Another content type is refused unread: a form of a foreign page can send `text/plain`, but
 * not `application/json`. Faults: `wrong-content-type`, `bad-request`, and those of `readText`.
 */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<Result<T>> {
  const type = context.req.header("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return { ok: false, fault: fault("wrong-content-type", "The body must be application/json.") };
  }
  const read = await readText(context, MAX_BODY_BYTES);
  if (!read.ok) return read;
  const text = read.value;
  if (deeperThan(text, MAX_DEPTH)) {
    return { ok: false, fault: fault("bad-request", `The body is nested more than ${MAX_DEPTH} levels deep.`) };
  }
  const parsed = parseJson(schema, text === "" ? "{}" : text);
  return parsed.ok ? parsed : { ok: false, fault: fault("bad-request", `Invalid request body: ${parsed.reason}.`) };
}

/**
 * Reads a body of at most `max` bytes. It may take as long as its sender likes, so who sent it is looked at again
 * afterwards. Faults: `too-large`; `unauthorized` and `read-only` when access ended meanwhile.
 */
export async function readText(context: Context, max: number): Promise<Result<string>> {
  const text = await decode(context.req.raw.body, max);
  const { again }: Partial<Standing> = context.env;
  const still = again?.();
  if (still?.accept === false) return { ok: false, fault: still.refusal.fault };
  return text === undefined ? failed("too-large", `The body is larger than ${max / 1024 / 1024} MiB.`) : ok(text);
}

async function decode(body: ReadableStream<Uint8Array> | null, max: number): Promise<string | undefined> {
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

/** Whether JSON text opens more than `max` objects and arrays within each other. */
export function deeperThan(text: string, max: number): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > max) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];
