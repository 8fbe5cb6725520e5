/**
 * Asks authorization servers for the SDK: only where the MCP server may send us, with limits of time and size, and their
 * answers put into the form that the SDK's schemas demand. Servers in use leave optional fields empty or null, answer in
 * another form, or with a page; none of that should cost a sign-in, and no validator's text should reach a person.
 */
import { isObject, type JsonObject } from "../../rpc/message.ts";
import { type Resolve, whyNotAsk } from "./reach.ts";

/** One request. A sign-in makes about five. */
const ASK_MS = 20_000;
/** One answer; a large OpenID configuration has some 10 KB. */
const MAX_BYTES = 1024 * 1024;

export interface CarefulFetchOptions {
  /** Address of the MCP server on whose behalf these requests are made. */
  server: string;
  /** What a registration is for, which some servers leave out of their answer. */
  redirectUrl: string;
  /** Is given each authorization server's metadata as the server wrote it. */
  onMetadata?: (metadata: JsonObject) => void;
  resolve?: Resolve;
  fetch?: typeof fetch;
}

/** Throws an error with a sentence for a person where an address may not be asked or an answer cannot be used. */
export function createCarefulFetch(
  options: CarefulFetchOptions,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  const { server, redirectUrl, onMetadata, resolve, fetch: send = fetch } = options;
  return async (address, init = {}) => {
    const url = new URL(address);
    const refused = await whyNotAsk(new URL(server), url, resolve);
    if (refused !== undefined) throw new SignInRefusal(`it names an address that is not asked: ${refused}`);
    const response = await send(url, { ...init, signal: AbortSignal.timeout(ASK_MS) }).catch((error: unknown) => {
      throw new SignInRefusal(`${url.host} cannot be reached: ${reasonOf(error)}`);
    });
    // Followed, or not, by the SDK.
    if (response.status >= 300 && response.status < 400) return response;
    const text = await readText(response, url);
    const kind = kindOf(url, init);
    if (!response.ok)
      return kind === "metadata" ? plain(response.status) : json(response.status, errorIn(text, url, response.status));
    if (kind === "metadata") {
      const metadata = readMetadata(text);
      if (metadata === undefined) return plain(404);
      if (!url.pathname.includes("oauth-protected-resource")) onMetadata?.(metadata);
      return json(200, metadata);
    }
    const answer = kind === "token" ? readForm(text) : readObject(text);
    if (answer === undefined)
      throw new SignInRefusal(`${url.host} answered the ${kind} request with something that is not JSON`);
    if (answer.error !== undefined && answer.error !== null && answer.access_token === undefined) {
      return json(400, errorIn(JSON.stringify(answer), url, 400));
    }
    return json(200, kind === "token" ? tokenIn(answer, url) : registrationIn(answer, url, redirectUrl));
  };
}

/** Carries a sentence that may be shown to a person as it is. */
export class SignInRefusal extends Error {}

type Kind = "metadata" | "token" | "registration";

function kindOf(_url: URL, { method = "GET", headers }: RequestInit): Kind {
  if (method !== "POST") return "metadata";
  return new Headers(headers).get("content-type")?.includes("json") === true ? "registration" : "token";
}

async function readText(response: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) throw new SignInRefusal(`${url.host} answered with more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SignInRefusal) throw error;
    throw new SignInRefusal(`${url.host} did not finish its answer: ${reasonOf(error)}`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const json = (status: number, value: JsonObject) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
const plain = (status: number) => new Response(null, { status });

function readObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** GitHub among others answers token requests as a form. */
function readForm(text: string): JsonObject | undefined {
  const object = readObject(text);
  if (object !== undefined) return object;
  const form = new URLSearchParams(text);
  return form.has("access_token") || form.has("error") ? Object.fromEntries(form) : undefined;
}

/** RFC 8414 and RFC 9728: what is required stays as it is; an optional field that cannot be used is left out. */
function readMetadata(text: string): JsonObject | undefined {
  const raw = readObject(text);
  if (raw === undefined) return undefined;
  const good: JsonObject = {};
  for (const [name, value] of Object.entries(raw)) {
    const usable = usableField(name, value);
    if (usable !== undefined) good[name] = usable;
  }
  if (good.authorization_endpoint === undefined) return good;
  // Required by the schemas and read by nobody here; OpenID's are left out by servers that only do OAuth.
  return {
    response_types_supported: ["code"],
    jwks_uri: good.authorization_endpoint,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    ...good,
  };
}

function usableField(name: string, value: unknown): unknown {
  if (value === null || value === "") return undefined;
  if (/_supported$/.test(name)) return typeof value === "boolean" ? value : listOf(value);
  if (name === "authorization_servers") return listOf(value)?.filter(isWebAddress);
  if (/(_endpoint|_uri|_documentation)$/.test(name)) return isWebAddress(value) ? value : undefined;
  if (/^(require|tls_|dpop_bound)/.test(name)) return typeof value === "boolean" ? value : undefined;
  if (name === "resource_name") return typeof value === "string" ? value : undefined;
  return value;
}

function listOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.filter((item) => typeof item === "string");
  return typeof value === "string" ? value.split(/[\s,]+/).filter((item) => item !== "") : undefined;
}

const isWebAddress = (value: unknown): value is string =>
  typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** RFC 6749 section 5.1. */
function tokenIn(answer: JsonObject, url: URL): JsonObject {
  const { access_token, token_type, expires_in, refresh_token, scope, id_token } = answer;
  if (!isText(access_token)) throw new SignInRefusal(`${url.host} answered without an access token`);
  const seconds = Number(expires_in ?? Number.NaN);
  return {
    access_token,
    token_type: isText(token_type) ? token_type : "Bearer",
    ...(Number.isFinite(seconds) && { expires_in: seconds }),
    ...(isText(refresh_token) && { refresh_token }),
    ...(listOf(scope) !== undefined && { scope: listOf(scope)?.join(" ") }),
    ...(isText(id_token) && { id_token }),
  };
}

/** RFC 7591 section 3.2.1: the client's name and secret are all that is used again. */
function registrationIn(answer: JsonObject, url: URL, redirectUrl: string): JsonObject {
  const { client_id, client_secret, client_secret_expires_at, token_endpoint_auth_method } = answer;
  const id = typeof client_id === "number" ? String(client_id) : client_id;
  if (!isText(id)) throw new SignInRefusal(`${url.host} registered Signalbox without giving it a client id`);
  const expires = Number(client_secret_expires_at ?? Number.NaN);
  return {
    client_id: id,
    redirect_uris: [redirectUrl],
    ...(isText(client_secret) && { client_secret }),
    ...(Number.isFinite(expires) && { client_secret_expires_at: expires }),
    ...(isText(token_endpoint_auth_method) && { token_endpoint_auth_method }),
  };
}

/** RFC 6749 section 5.2; anything else becomes a sentence with the status. */
function errorIn(text: string, url: URL, status: number): JsonObject {
  const { error, error_description } = readForm(text) ?? {};
  if (!isText(error)) return { error: "server_error", error_description: `${url.host} answered ${status}` };
  return {
    error,
    error_description: isText(error_description) ? error_description : `${url.host} answered “${error}”`,
  };
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${ASK_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
