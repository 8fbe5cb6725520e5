/** Owns the MCP handshake with an upstream and what it tells of itself (MCP 2025-11-25, lifecycle). */
import { check, z } from "../../../shared/protocol/schema.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import type { LinkFault } from "./link.ts";
import { ask, type Peer } from "./peer.ts";
import { type ScreenedTools, screenText, screenTools } from "./screen-tools.ts";

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

const object = z.custom<JsonObject>(isObject, "expected an object");
const initializeResultSchema = z.object({
  protocolVersion: z.string(),
  capabilities: object,
  serverInfo: object,
  instructions: z.string().optional(),
});

/** Starts the link and initialises. On a fault the peer is left to its owner to close. */
export async function shakeHands(
  peer: Peer,
  client: ClientSide,
  timeoutMs: number,
): Promise<{ ok: true; server: ServerSide } | { ok: false; fault: LinkFault }> {
  const notStarted = await peer.start();
  if (notStarted !== undefined) return { ok: false, fault: notStarted };
  const answer = await ask(peer, "initialize", { ...client }, timeoutMs);
  if (!answer.ok) return { ok: false, fault: answer.fault };
  const server = check(initializeResultSchema, answer.result);
  if (!server.ok) return { ok: false, fault: { reason: `does not speak MCP: ${server.reason}` } };
  const { protocolVersion, capabilities, serverInfo, instructions } = server.value;
  if (!isKnownRevision(protocolVersion)) {
    return { ok: false, fault: { reason: `speaks MCP ${protocolVersion}, which is not known here` } };
  }
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

/** The whole list of tools, as it may be shown. */
export async function listTools(
  peer: Peer,
  { capabilities }: ServerSide,
  timeoutMs: number,
): Promise<({ ok: true } & ScreenedTools) | { ok: false; fault: LinkFault }> {
  if (capabilities.tools === undefined) return { ok: true, tools: [], leftOut: undefined };
  const listed = await listAll(peer, "tools/list", "tools", timeoutMs);
  return listed.ok ? { ok: true, ...screenTools(listed.items) } : listed;
}

const listSchema = (key: string) => z.object({ [key]: z.array(object), nextCursor: z.string().optional() });
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
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await ask(peer, method, cursor === undefined ? undefined : { cursor }, timeoutMs);
    if (!answer.ok) return answer;
    const parsed = check(listSchema(key), answer.result);
    if (!parsed.ok) return { ok: false, fault: { reason: `answered ${method} with something else: ${parsed.reason}` } };
    const list = parsed.value[key];
    // Not spread: a list may be longer than a call's arguments can be.
    if (Array.isArray(list)) for (const item of list) items.push(item);
    const next = parsed.value.nextCursor;
    if (typeof next !== "string" || next === cursor || items.length >= MAX_ITEMS) break;
    cursor = next;
  }
  return { ok: true, items: items.slice(0, MAX_ITEMS) };
}
