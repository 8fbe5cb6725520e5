/** The MCP handshake with an upstream and what it tells of itself (MCP 2025-11-25, lifecycle). */
import { check, lenient, z } from "../../../../shared/protocol/schema.ts";
import { oneLine } from "../../../../shared/text/visible.ts";
import { isObject, type JsonObject, RPC, type RpcErrorBody } from "../../rpc/message.ts";
import type { LinkFault } from "./link.ts";
import { ask, type Peer } from "./peer.ts";
import { type ScreenedTools, screenText, screenTools } from "./screen-tools.ts";
import { tidyCapabilities, tidyItem, tidyServerInfo } from "./tidy.ts";

/** Revisions that this relay can carry: their messages differ only in what it passes on unread. */
export const PROTOCOL_REVISIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
export const LATEST_REVISION = PROTOCOL_REVISIONS[0];
export const isKnownRevision = (version: string): boolean => PROTOCOL_REVISIONS.some((known) => known === version);

export interface ClientSide {
  protocolVersion: string;
  capabilities: JsonObject;
  clientInfo: JsonObject;
}

export interface ServerSide {
  protocolVersion: string;
  capabilities: JsonObject;
  serverInfo: JsonObject;
  instructions: string | undefined;
}

/** Only the revision must be there: a server that leaves out, or spoils, what it says of itself can work all the same. */
const initializeResultSchema = z.object({
  protocolVersion: z.string(),
  capabilities: z.unknown().optional().transform(tidyCapabilities),
  serverInfo: z.unknown().optional().transform(tidyServerInfo),
  instructions: lenient(z.string()),
});

/** Starts the link and initialises. On a fault the peer is left to its owner to close. */
export async function shakeHands(
  peer: Peer,
  client: ClientSide,
  timeoutMs: number,
): Promise<{ ok: true; server: ServerSide } | { ok: false; fault: LinkFault }> {
  const notStarted = await peer.start();
  if (notStarted !== undefined) return { ok: false, fault: notStarted };
  let answer = await ask(peer, "initialize", { ...client }, timeoutMs);
  const offered = answer.ok ? undefined : offeredRevision(answer.fault.error, client.protocolVersion);
  if (offered !== undefined) {
    answer = await ask(peer, "initialize", { ...client, protocolVersion: offered }, timeoutMs);
  }
  if (!answer.ok) return { ok: false, fault: explained(answer.fault, peer) };
  const server = check(initializeResultSchema, answer.result);
  if (!server.ok) return { ok: false, fault: { reason: `does not speak MCP: ${server.reason}` } };
  const { protocolVersion, capabilities, serverInfo, instructions } = server.value;
  if (!isKnownRevision(protocolVersion)) return { ok: false, fault: { reason: speaksOnly([protocolVersion]) } };
  peer.ready(protocolVersion);
  await peer.notify("notifications/initialized");
  return {
    ok: true,
    server: {
      protocolVersion,
      capabilities,
      serverInfo,
      instructions: instructions === undefined ? undefined : screenText(instructions),
    },
  };
}

/** Codes of revision 2026-07-28: an unsupported revision (with those that are supported), and a header that does not fit. */
const UNSUPPORTED_REVISION = -32022;
const HEADER_MISMATCH = -32020;

const speaksOnly = (revisions: readonly string[]): string =>
  `speaks only MCP revision ${revisions.join(", ")}; Signalbox speaks ${PROTOCOL_REVISIONS.join(", ")}`;

function supportedBy(error: RpcErrorBody | undefined): string[] {
  const { data } = error ?? {};
  const supported = isObject(data) && Array.isArray(data.supported) ? data.supported : [];
  return supported.filter((item): item is string => typeof item === "string").slice(0, 10);
}

/** The newest revision that both sides speak, out of a refusal that names some. */
const offeredRevision = (error: RpcErrorBody | undefined, asked: string): string | undefined => {
  const supported = supportedBy(error);
  return PROTOCOL_REVISIONS.find((revision) => revision !== asked && supported.includes(revision));
};

/** A refused handshake in words that say what to do about it. */
function explained(fault: LinkFault, peer: Peer): LinkFault {
  const { error } = fault;
  const supported = supportedBy(error);
  if (supported.length > 0) return { ...fault, reason: speaksOnly(supported) };
  // A server without `initialize` is one of the revision that has none.
  const modern = error?.code === UNSUPPORTED_REVISION || error?.code === HEADER_MISMATCH;
  if (modern || error?.code === RPC.methodNotFound) {
    return { ...fault, reason: `${speaksOnly(["2026-07-28"])} (it answered: ${oneLine(error?.message ?? "", 120)})` };
  }
  return error === undefined && fault.status === undefined && !fault.reason.includes(peer.said())
    ? { ...fault, reason: `${fault.reason}${peer.said()}` }
    : fault;
}

/** The whole list of tools, as it may be shown. */
export async function listTools(
  peer: Peer,
  { capabilities }: ServerSide,
  timeoutMs: number,
): Promise<({ ok: true } & ScreenedTools) | { ok: false; fault: LinkFault }> {
  if (capabilities.tools === undefined) return { ok: true, tools: [], leftOut: undefined };
  const listed = await listAll(peer, "tools/list", "tools", timeoutMs);
  return listed.ok ? { ok: true, ...screenTools(eachOnce(listed.items)) } : listed;
}

/** Of tools with the same name, the first. */
function eachOnce(tools: readonly JsonObject[]): JsonObject[] {
  const names = new Set<unknown>();
  return tools.filter(({ name }) => typeof name !== "string" || (!names.has(name) && names.add(name)));
}

/** Pages of one list that are followed, and what is taken of it; a server that goes on beyond them is listed so far. */
const MAX_PAGES = 100;
const MAX_ITEMS = 20_000;

/** All pages of `tools/list` and its kin, as the server describes them. */
export async function listAll(
  peer: Peer,
  method: string,
  key: string,
  timeoutMs: number,
): Promise<{ ok: true; items: JsonObject[] } | { ok: false; fault: LinkFault }> {
  const items: JsonObject[] = [];
  let cursor: string | undefined;
  const asked = new Set<string>();
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await ask(peer, method, cursor === undefined ? undefined : { cursor }, timeoutMs);
    if (!answer.ok) return answer;
    const { [key]: list, nextCursor: next } = answer.result;
    if (!Array.isArray(list) && list !== null && list !== undefined) {
      return { ok: false, fault: { reason: `answered ${method} with something else: “${key}” is no list` } };
    }
    // Not spread: a list may be longer than a call's arguments can be. What is none of its items costs no other its place.
    for (const item of list ?? []) if (isObject(item)) items.push(key === "tools" ? item : tidyItem(item));
    // An empty cursor leads to the first page again, and so does one that was given before.
    if (typeof next !== "string" || next === "" || asked.has(next) || items.length >= MAX_ITEMS) break;
    asked.add(next);
    cursor = next;
  }
  return { ok: true, items: items.slice(0, MAX_ITEMS) };
}
