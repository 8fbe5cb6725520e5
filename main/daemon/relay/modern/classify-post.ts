/** Decides which era a POST to `/mcp` belongs to, and whether a request of the stateless one says the same in its headers and its body. */
import type { IncomingHttpHeaders } from "node:http";
import { oneLine } from "../../../../shared/text/visible.ts";
import {
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  RPC,
  type RpcMessage,
  type RpcRequest,
} from "../../rpc/message.ts";
import { decodeHeader, isModernRevision, LOG_LEVELS, META, MODERN, MODERN_REVISION, nameOf } from "../../rpc/modern.ts";

/** What each request of the stateless era says of its client. */
export interface ModernClient {
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  logLevel: string | undefined;
}

export type Classified =
  | { era: "legacy" }
  | { era: "modern"; request: RpcRequest; client: ModernClient }
  /** Nothing answers it. */
  | { era: "modern"; notification: true }
  | { era: "modern"; status: number; code: number; message: string; data?: JsonObject };

const METHODS: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "tools/call",
  "prompts/list",
  "prompts/get",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "completion/complete",
  "subscriptions/listen",
]);

/** Whether a request without a body (GET, DELETE) is of the stateless era, which has none. */
export const namesModern = (headers: IncomingHttpHeaders): boolean =>
  isModernRevision(headerOf(headers, "mcp-protocol-version") ?? "");

export function classifyPost(
  headers: IncomingHttpHeaders,
  messages: readonly RpcMessage[],
  batch: boolean,
): Classified {
  const version = headerOf(headers, "mcp-protocol-version");
  const modernHeader = version !== undefined && isModernRevision(version);
  const claims = messages.some((message) => "method" in message && claimOf(message.params) !== undefined);
  // The body decides; a header alone does so for what says nothing in its body.
  if (!claims && !modernHeader) return { era: "legacy" };
  const [message] = messages;
  if (batch || message === undefined) return refused(RPC.invalidRequest, "Batches are not part of this revision");
  if (isReply(message)) return refused(RPC.invalidRequest, "Answers are not posted in this revision");
  if (!isRequest(message)) return { era: "modern", notification: true };
  return checkRequest(headers, version, message);
}

function checkRequest(headers: IncomingHttpHeaders, version: string | undefined, request: RpcRequest): Classified {
  const { method, params } = request;
  const meta = isObject(params?._meta) ? params._meta : undefined;
  if (method === "initialize" && claimOf(params) === undefined) {
    return mismatch("an initialize request bears the MCP-Protocol-Version of a revision that has none");
  }
  const wrong = wrongWith(meta);
  if (wrong !== undefined) return refused(RPC.invalidParams, `Invalid params: ${wrong}`);
  const claimed = String(meta?.[META.protocolVersion]);
  if (version !== undefined && version !== claimed) {
    return mismatch(`MCP-Protocol-Version is ${shown(version)} and the body says ${shown(claimed)}`);
  }
  const said = headerOf(headers, "mcp-method");
  if (said !== undefined && said !== method) {
    return mismatch(`Mcp-Method is ${shown(said)} and the body says ${shown(method)}`);
  }
  if (claimed !== MODERN_REVISION) {
    const data = { supported: [MODERN_REVISION], requested: claimed };
    return refused(MODERN.unsupportedRevision, `Unsupported protocol version: ${shown(claimed)}`, 400, data);
  }
  if (version === undefined) return mismatch("the header MCP-Protocol-Version is missing");
  if (said === undefined) return mismatch("the header Mcp-Method is missing");
  const unnamed = wrongName(headerOf(headers, "mcp-name"), nameOf(method, params));
  if (unnamed !== undefined) return mismatch(unnamed);
  if (!METHODS.has(method)) return refused(RPC.methodNotFound, `Method not found: ${shown(method)}`, 404);
  return { era: "modern", request, client: clientOf(meta ?? {}) };
}

function wrongName(header: string | undefined, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (header === undefined) return "the header Mcp-Name is missing";
  const decoded = decodeHeader(header);
  if (decoded === undefined) return "Mcp-Name is no Base64 of UTF-8";
  return decoded === name ? undefined : `Mcp-Name is ${shown(decoded)} and the body says ${shown(name)}`;
}

/** What is missing of `_meta`, or no such thing. */
function wrongWith(meta: JsonObject | undefined): string | undefined {
  if (meta === undefined) return "_meta is missing";
  if (typeof meta[META.protocolVersion] !== "string") return `_meta needs ${META.protocolVersion}, a text`;
  if (!isObject(meta[META.clientCapabilities])) return `_meta needs ${META.clientCapabilities}, an object`;
  const { [META.clientInfo]: info, [META.logLevel]: level } = meta;
  const named = isObject(info) && typeof info.name === "string" && typeof info.version === "string";
  if (info !== undefined && !named) return `${META.clientInfo} needs a name and a version`;
  if (level !== undefined && !LOG_LEVELS.some((known) => known === level)) return `${META.logLevel} is no level`;
  return undefined;
}

function clientOf(meta: JsonObject): ModernClient {
  const { [META.clientCapabilities]: capabilities, [META.clientInfo]: info, [META.logLevel]: level } = meta;
  return {
    capabilities: isObject(capabilities) ? capabilities : {},
    clientInfo: isObject(info) ? info : undefined,
    logLevel: typeof level === "string" ? level : undefined,
  };
}

const claimOf = (params: JsonObject | undefined): unknown =>
  isObject(params?._meta) ? params._meta[META.protocolVersion] : undefined;

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value.replace(/^[ \t]+|[ \t]+$/g, "") : undefined;
}

const shown = (text: string): string => `“${oneLine(text, 80)}”`;
const mismatch = (what: string): Classified =>
  refused(MODERN.headerMismatch, `Bad request: headers and body disagree: ${what}`);
const refused = (code: number, message: string, status = 400, data?: JsonObject): Classified => ({
  era: "modern",
  status,
  code,
  message,
  ...(data !== undefined && { data }),
});
