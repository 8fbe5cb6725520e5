/** What follows from one attempt to deliver a write, as pure functions. */
import { isError, isObject, type JsonObject, type RpcReply } from "../rpc/message.ts";
import type { LinkFault } from "../upstream/connection/link.ts";

export type Attempt = { outcome: "reply"; reply: RpcReply } | { outcome: "lost"; fault: LinkFault };

export type Verdict =
  | { next: "delivered" }
  /** Certainly not carried out, or harmless to repeat. */
  | { next: "retry"; reason: string }
  | { next: "dead"; reason: string; data?: unknown }
  /** It may have been carried out, and repeating it may do it twice. */
  | { next: "unknown"; reason: string };

/** Statuses that say that the request was turned away before anything was done. */
const TURNED_AWAY = new Set([401, 403, 429, 503]);

/**
 * A reply is the server's word: an error is final. A loss is retried when the request cannot have been carried out, or when
 * the server promises that a repetition is harmless; never otherwise.
 */
export function decideDelivery(attempt: Attempt, repeatable: boolean): Verdict {
  if (attempt.outcome === "reply") {
    const { reply } = attempt;
    if (isError(reply)) {
      const { message, data } = reply.error;
      return { next: "dead", reason: message, ...(data !== undefined && { data }) };
    }
    return reply.result.isError === true ? { next: "dead", reason: textOf(reply.result) } : { next: "delivered" };
  }
  const { reason, status, undelivered } = attempt.fault;
  if (undelivered === true || (status !== undefined && TURNED_AWAY.has(status))) return { next: "retry", reason };
  const transient = status === undefined || status === 408 || status >= 500;
  if (!transient) return { next: "dead", reason };
  return repeatable ? { next: "retry", reason } : { next: "unknown", reason };
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 5 * 60_000;

/** Milliseconds until the next attempt: doubled each time, capped, half of it random so that outboxes do not march in step. */
export function retryDelay(attempts: number, random: number): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 20), MAX_DELAY_MS);
  return Math.round(full / 2 + (random * full) / 2);
}

/** Milliseconds until an attempt is due. A time further away than any delay was set by a clock that has since jumped. */
export function dueIn(nextAt: number, now: number): number {
  const wait = nextAt - now;
  return wait > MAX_DELAY_MS ? 0 : Math.max(0, wait);
}

const KEY_NAMES = ["idempotencyKey", "idempotency_key"] as const;

/** Whether a tool says that a repeated call, or a repeated key, changes nothing more. */
export function isRepeatable(definition: JsonObject): boolean {
  const { annotations } = definition;
  return (isObject(annotations) && annotations.idempotentHint === true) || keyProperty(definition) !== undefined;
}

/** Name of the argument in which a tool takes its key. */
function keyProperty(definition: JsonObject): string | undefined {
  const schema = definition.inputSchema;
  const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
  return KEY_NAMES.find((name) => isObject(properties[name]));
}

/** The call's params with its key in `_meta`, and in the argument that the tool declares for it. The caller's own key is kept. */
export function stampKey(
  params: JsonObject,
  definition: JsonObject,
  fresh: string,
): { params: JsonObject; key: string } {
  const args = isObject(params.arguments) ? params.arguments : {};
  const meta = isObject(params._meta) ? params._meta : {};
  const given = [args.idempotencyKey, args.idempotency_key, meta.idempotencyKey].find(
    (value): value is string => typeof value === "string" && value !== "",
  );
  const key = given ?? fresh;
  const property = keyProperty(definition);
  const stamped = property === undefined || args[property] !== undefined ? args : { ...args, [property]: key };
  return { key, params: { ...params, arguments: stamped, _meta: { ...meta, idempotencyKey: key } } };
}

function textOf(result: JsonObject): string {
  const content = Array.isArray(result.content) ? result.content : [];
  const first = content.find((item) => isObject(item) && typeof item.text === "string");
  return isObject(first) ? String(first.text).slice(0, 500) : "The tool reports an error.";
}
