/** Says when two ids, or two progress tokens, are the same one: by value, since some programs give a number back as text. */

import { isObject, isReply, type RpcId, type RpcMessage, readId } from "./message.ts";
import { shownId } from "./rpc-id.ts";

/** A whole number as programs write it: plain, or as a language without integers prints it (`7.0`). */
const WHOLE = /^(0|[1-9]\d{0,15})(\.0+)?$/;

/** The number behind an id of ours that came back, whatever it was written as; undefined for what cannot be one of ours. */
export function ownNumber(given: unknown): number | undefined {
  const id = readId(given);
  const shown = id === undefined ? undefined : shownId(id);
  if (typeof shown === "number") return shown;
  return shown !== undefined && WHOLE.test(shown) ? Number(shown) : undefined;
}

/** The id among those that are known which is meant: the very same one, else the one of the same value. */
export function knownId(known: { has(id: RpcId): boolean }, given: RpcId): RpcId | undefined {
  if (known.has(given)) return given;
  const other = typeof given === "number" ? String(given) : ownNumber(given);
  return other !== undefined && known.has(other) ? other : undefined;
}

/** A message to us in which our own id or token is a number again. What the other side named itself stays as it is. */
export function withOwnIds(message: RpcMessage): RpcMessage {
  if (isReply(message)) {
    const id = typeof message.id === "number" ? undefined : ownNumber(message.id);
    return id === undefined ? message : { ...message, id };
  }
  const { method, params } = message;
  if (method !== "notifications/progress" || !isObject(params) || typeof params.progressToken === "number") {
    return message;
  }
  const token = ownNumber(params.progressToken);
  return token === undefined ? message : { ...message, params: { ...params, progressToken: token } };
}
