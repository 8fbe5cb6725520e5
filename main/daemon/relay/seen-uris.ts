/**
 * Remembers which server named a resource in an answer. A link in a result "is not guaranteed to appear" in any list
 * (MCP 2025-11-25, tools, resource links), so nothing else tells whose it is.
 */
import { isObject, type JsonObject } from "../rpc/message.ts";

/** Addresses that are remembered in one session, the least recently named is forgotten first; and of one answer, and of one address. */
const MAX_URIS = 10_000;
const MAX_OF_ANSWER = 1_000;
const MAX_CHARS = 4_096;
const MAX_SCHEMES = 1_000;

export interface SeenUris {
  /** Takes what a server answered, or said of its own. */
  note(server: string, said: JsonObject | undefined): void;
  /** The server that named it last. */
  of(uri: string): string | undefined;
  /** The servers that named resources of this scheme, the last one first. */
  servers(scheme: string): string[];
}

export function createSeenUris(): SeenUris {
  const owners = new Map<string, string>();
  const schemes = new Map<string, string[]>();
  return {
    note(server, said) {
      if (said === undefined) return;
      for (const uri of urisIn(said)) {
        owners.delete(uri);
        owners.set(uri, server);
        const [oldest] = owners.keys();
        if (owners.size > MAX_URIS && oldest !== undefined) owners.delete(oldest);
        const scheme = schemeOf(uri);
        const before = schemes.get(scheme);
        if (before === undefined && schemes.size >= MAX_SCHEMES) continue;
        if (before?.[0] !== server) schemes.set(scheme, [server, ...(before ?? []).filter((name) => name !== server)]);
      }
    },
    of: (uri) => owners.get(uri),
    servers: (scheme) => schemes.get(scheme) ?? [],
  };
}

/** The part of an address before its first colon; addresses without one have an empty scheme. */
export const schemeOf = (uri: string): string => uri.slice(0, Math.max(0, uri.indexOf(":"))).toLowerCase();

/** Links and embedded resources in results of tools, resources and prompts; pages of tools (MCP Apps); an updated resource. */
export function urisIn(said: JsonObject): string[] {
  const uris: string[] = [];
  const take = (uri: unknown) => {
    if (typeof uri === "string" && uri !== "" && uri.length <= MAX_CHARS && uris.length < MAX_OF_ANSWER) uris.push(uri);
  };
  const takeItem = (item: unknown) => {
    if (!isObject(item)) return;
    if (item.type === "resource_link") take(item.uri);
    if (isObject(item.resource)) take(item.resource.uri);
    takePage(item._meta, take);
  };
  const each = (list: unknown, visit: (item: unknown) => void) => {
    if (Array.isArray(list)) for (const item of list.slice(0, MAX_OF_ANSWER)) visit(item);
    else visit(list);
  };
  take(said.uri);
  takePage(said._meta, take);
  each(said.content, takeItem);
  each(said.contents, (item) => take(isObject(item) ? item.uri : undefined));
  each(said.messages, (message) => each(isObject(message) ? message.content : undefined, takeItem));
  return uris;
}

/** The page of a tool or a result: `_meta.ui.resourceUri`, or as it was called before. */
function takePage(meta: unknown, take: (uri: unknown) => void): void {
  if (!isObject(meta)) return;
  if (isObject(meta.ui)) take(meta.ui.resourceUri);
  take(meta["ui/resourceUri"]);
}
