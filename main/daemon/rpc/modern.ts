/** Names the parts of MCP's stateless revision that the older ones do not have: keys of `_meta`, error codes, headers. */
import type { JsonObject } from "./message.ts";

export const MODERN_REVISION = "2026-07-28";
/** A revision of the stateless era; which of them is spoken here is another question. */
export const isModernRevision = (version: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(version) && version >= MODERN_REVISION;

/** Keys of `_meta` (MCP 2026-07-28, basic, Per-request protocol fields). */
export const META = {
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** Codes that the revision adds. */
export const MODERN = { headerMismatch: -32020, missingCapability: -32021, unsupportedRevision: -32022 } as const;

/** From the least to the most severe (RFC 5424). */
export const LOG_LEVELS = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;

/** The parameter that the header `Mcp-Name` repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

/** What `Mcp-Name` must say of this request; undefined where it says nothing. */
export function nameOf(method: string, params: JsonObject | undefined): string | undefined {
  const field = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const value = field === undefined ? undefined : params?.[field];
  return typeof value === "string" ? value : undefined;
}

/** Requests whose answer may be that input is wanted first. */
export const MAY_WANT_INPUT: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);

const ENCODED = /^=\?base64\?(.*)\?=$/s;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Text as a header can carry it: as it is where that is unmistakable, else in Base64. */
export function encodeHeader(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !ENCODED.test(text);
  return plain ? text : `=?base64?${Buffer.from(text).toString("base64")}?=`;
}

/** Undefined for what is no Base64, or no UTF-8 within it. */
export function decodeHeader(value: string): string | undefined {
  const coded = ENCODED.exec(value)?.[1];
  if (coded === undefined) return value;
  if (!BASE64.test(coded)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(coded, "base64"));
  } catch {
    return undefined;
  }
}

/** The id of a question that a server of this revision asked with an answer: its own name for it can be read again. */
export const inputId = (round: number, key: string): string => `input/${round}/${key}`;
export const inputKeyOf = (id: unknown): string | undefined =>
  typeof id === "string" ? /^input\/\d+\/(.*)$/s.exec(id)?.[1] : undefined;
