/** What the daemon answers to an agent's `initialize`, decided from what is known of the servers behind it. */
import { VERSION } from "../../home/version.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import { isKnownRevision, LATEST_REVISION, type ServerSide } from "../upstream/connection/handshake.ts";

/** What a server that has not answered yet may turn out to offer. */
const EVERYTHING: JsonObject = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
};

/** One server behind the daemon; `side` is undefined while it has never been reached. */
export interface BehindServer {
  name: string;
  side: ServerSide | undefined;
}

/**
 * A revision that is known is answered with itself (MCP 2025-11-25, lifecycle, version negotiation), 2024-11-05 as well:
 * bridges carry it over Streamable HTTP, which it does not have itself. Any other is answered with the newest.
 */
export function negotiate(asked: unknown): string {
  return typeof asked === "string" && isKnownRevision(asked) ? asked : LATEST_REVISION;
}

/** With one known server the answer is that server's own, but for lists, which may always change. */
export function initializeResult(protocolVersion: string, servers: readonly BehindServer[]): JsonObject {
  const sides = servers.map(({ side }) => side?.capabilities ?? EVERYTHING);
  const capabilities = withListChanged(sides.reduce<JsonObject>(union, {}));
  const [only] = servers;
  const serverInfo = serverInfoOf(servers);
  if (servers.length === 1 && only?.side !== undefined) {
    const { instructions } = only.side;
    return { protocolVersion, capabilities, serverInfo, ...(instructions !== undefined && { instructions }) };
  }
  const instructions = servers
    .filter(({ side }) => side?.instructions !== undefined)
    .map(({ name, side }) => `# ${name}\n\n${side?.instructions ?? ""}`)
    .join("\n\n");
  return { protocolVersion, capabilities, serverInfo, ...(instructions !== "" && { instructions }) };
}

/** The only server behind it, as it calls itself, else the daemon. */
export function serverInfoOf(servers: readonly BehindServer[]): JsonObject {
  const [only, second] = servers;
  const own = second === undefined ? only?.side?.serverInfo : undefined;
  return own ?? { name: "signalbox", title: "Signalbox", version: VERSION };
}

/** Servers come and go, so every list that there is may change; tools may come in any case. */
function withListChanged(capabilities: JsonObject): JsonObject {
  const given: JsonObject = { tools: {}, ...capabilities };
  const changing = ["tools", "resources", "prompts"].flatMap((name) =>
    isObject(given[name]) ? [[name, { ...given[name], listChanged: true }] as const] : [],
  );
  return { ...given, ...Object.fromEntries(changing) };
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const merged: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? union(before, value) : (value ?? before);
  }
  return merged;
}
