/** Says what the refusal of a request over HTTP means: an answer, a lost session, a sign-in, or a server that will not. */
import { check, z } from "../../../../shared/protocol/schema.ts";
import { parseExact } from "../../../../shared/text/exact-json.ts";
import { isError, type RpcError, type RpcErrorBody, type RpcId, readMessage } from "../../rpc/message.ts";
import type { LinkFault } from "../connection/link.ts";
import type { ResponseHead } from "./http-exchange.ts";

/** How servers say that they do not know our session: those of the SDKs, and what others write. */
const SESSION = /\bsession\b/i;
const LOST =
  /not found|unknown|no (such|valid|active|longer)|invalid|expired|missing|doesn.?t exist|does not exist|terminated|closed|not (initiali[sz]ed|active|recogni[sz]ed|valid)|stale|unrecogni[sz]ed|lost|ended|timed out|(re-?)?initiali[sz]e/i;
const NOT_INITIALISED = /server not initiali[sz]ed/i;

/** Codes that are used for whatever has no code of its own, a lost session among it. */
const VAGUE_CODES = new Set([-32000, -32001, -32600]);

const saysLost = (text: string): boolean => NOT_INITIALISED.test(text) || (SESSION.test(text) && LOST.test(text));

/** Whether this error, given as an answer, says that our session is unknown: then the request was not carried out. */
export const isSessionLost = ({ code, message }: RpcErrorBody): boolean => VAGUE_CODES.has(code) && saysLost(message);

const looseError = z.object({ error: z.unknown() });

/** The JSON-RPC error in a refusal's body, whomever it answers. */
function errorIn(text: string): RpcError | undefined {
  try {
    const value = parseExact(text);
    const message = check(looseError, value).ok ? readMessage(value) : undefined;
    return message?.ok === true && !("method" in message.value) && isError(message.value) ? message.value : undefined;
  } catch {
    return undefined;
  }
}

export type Refusal = { kind: "answer"; error: RpcError } | { kind: "fault"; fault: LinkFault };

/**
 * `text` is the beginning of what was said with it; `id` the request's; `nothing` says what is missing at an address that knows no such request. An error under the request's own id is its answer, whatever
 * the status, unless it speaks of the session. A 400 without one is taken for a lost session, as a guess.
 */
export function readRefusal(
  head: ResponseHead,
  text: string,
  hadSession: boolean,
  id: RpcId | undefined,
  nothing = NEITHER,
): Refusal {
  const { status, header } = head;
  const challenged = header("www-authenticate") !== undefined;
  const error = errorIn(text);
  const words = hadSession && !challenged && saysLost(error?.error.message ?? text.slice(0, 2_000));
  const ownAnswer = error !== undefined && error.id !== undefined && error.id === id;
  if (ownAnswer && !words && !VAGUE_CODES.has(error.error.code) && status !== 401 && status !== 403) {
    return { kind: "answer", error };
  }
  const wantsSignIn =
    !words && (status === 401 || (status === 403 && /insufficient_scope/.test(header("www-authenticate") ?? "")));
  const plainlyLost = hadSession && (status === 404 || status === 410 || words);
  const guess = hadSession && status === 400 && !plainlyLost;
  return {
    kind: "fault",
    fault: {
      reason: wantsSignIn
        ? `wants a sign-in (${status})`
        : `answered ${status}${said(error, text)}${!hadSession && nothingThere(status, error) ? ` (${nothing})` : ""}`,
      status,
      ...((plainlyLost || guess) && { sessionLost: true, undelivered: true }),
      ...(guess && { guess: true }),
      ...(wantsSignIn && { signIn: true }),
      ...(error !== undefined && { error: error.error }),
    },
  };
}

function said(error: RpcError | undefined, text: string): string {
  const words = (error?.error.message ?? text).replace(/\s+/g, " ").trim().slice(0, 200);
  return words === "" ? "" : `: ${words}`;
}

/** Web pages refuse the first message in these two ways; a JSON-RPC error is none of a page. */
const nothingThere = (status: number, error: RpcError | undefined): boolean =>
  error === undefined && (status === 404 || status === 405);

const NEITHER = "neither Streamable HTTP nor HTTP+SSE there; its address often ends in /mcp or /sse";

/** Statuses that say something else than that this transport is not spoken. */
const NOT_OF_TRANSPORT = new Set([401, 402, 403, 407, 408, 413, 421, 425, 426, 429, 431, 451]);

/** Whether a refused `initialize` may mean that the server speaks the older transport alone. */
export const speaksOfTransport = ({ status, signIn, error }: LinkFault): boolean =>
  status !== undefined &&
  ((status >= 400 && status <= 499 && !NOT_OF_TRANSPORT.has(status)) || status === 501) &&
  signIn !== true &&
  (error === undefined || VAGUE_CODES.has(error.code));
