/** Speaks MCP for a connected client: one agent's session sees it as a server like any other. */
import { oneLine } from "../../../shared/text/visible.ts";
import {
  errorOf,
  isObject,
  isRequest,
  type JsonObject,
  notification,
  progressTokenOf,
  RPC,
  type RpcId,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { knownId } from "../rpc/same-id.ts";
import { isKnownRevision, LATEST_REVISION } from "../upstream/connection/handshake.ts";
import type { Link, LinkHandlers } from "../upstream/connection/link.ts";
import type { AskingSession } from "../upstream/open-server.ts";
import type { ClientConnection, TaskEnd, TaskHandle } from "./client-connection.ts";
import type { ClientToken } from "./client-tokens.ts";

/** One token's client, as its links see it. */
export interface ClientMember {
  token(): Pick<ClientToken, "name"> | undefined;
  /** Undefined while no client is connected. */
  connection: ClientConnection | undefined;
  /** Why it is not, where that is known: the end of a sentence. */
  why?: (() => string | undefined) | undefined;
  /** What its client declared last, or its token; listed only while it is connected. */
  tools: readonly JsonObject[];
  /** Those who are told when its tools change. */
  links: Set<LinkHandlers>;
}

export function createClientLink(
  member: ClientMember,
  session: AskingSession | undefined,
  handlers: LinkHandlers,
): Link {
  const tasks = new Map<RpcId, TaskHandle>();
  let closed = false;
  const answer = (message: ReturnType<typeof resultOf> | ReturnType<typeof errorOf>) => {
    if (!closed) handlers.message(message, undefined);
  };
  const nameOf = () => oneLine(member.token()?.name ?? "?", 64);

  function call(request: RpcRequest): void {
    const { id, params = {} } = request;
    const { name, arguments: args = {} } = params;
    const { connection } = member;
    if (connection === undefined) {
      handlers.unanswered(id, {
        reason: member.why?.() ?? `has no client connected: start the program that uses the token “${nameOf()}”`,
        undelivered: true,
        code: "no-client",
      });
      return;
    }
    const tool = connection.tools().find((one) => one.name === name);
    if (tool === undefined) {
      answer(errorOf(id, RPC.invalidParams, `Unknown tool: ${String(name)}`));
      return;
    }
    const token = progressTokenOf(params);
    const task = connection.run(
      { tool, args: isObject(args) ? args : {}, session: { id: session?.id ?? "", label: session?.label ?? "" } },
      {
        progress(values) {
          if (closed || token === undefined) return;
          handlers.message(notification("notifications/progress", { ...values, progressToken: token }), id);
        },
        end(how) {
          tasks.delete(id);
          answer(resultOf(id, resultOfTask(how)));
        },
      },
    );
    if (task !== undefined) tasks.set(id, task);
  }

  function receive(request: RpcRequest): void {
    switch (request.method) {
      case "initialize": {
        const asked = request.params?.protocolVersion;
        const protocolVersion = typeof asked === "string" && isKnownRevision(asked) ? asked : LATEST_REVISION;
        const { title, version } = member.connection?.introduced() ?? {};
        const serverInfo = { name: nameOf(), version: version ?? "0", ...(title !== undefined && { title }) };
        answer(resultOf(request.id, { protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo }));
        return;
      }
      case "ping":
        answer(resultOf(request.id, {}));
        return;
      case "tools/list":
        answer(resultOf(request.id, { tools: member.connection === undefined ? [] : [...member.tools] }));
        return;
      case "tools/call":
        call(request);
        return;
      default:
        answer(errorOf(request.id, RPC.methodNotFound, `${request.method} is not offered by a client`));
    }
  }

  return {
    async start() {
      member.links.add(handlers);
      return undefined;
    },
    async send(message) {
      // Whoever sends expects no answer before it has returned.
      if (isRequest(message)) queueMicrotask(() => void (closed || receive(message)));
      else if ("method" in message && message.method === "notifications/cancelled") {
        const { requestId, reason } = message.params ?? {};
        const id =
          typeof requestId === "string" || typeof requestId === "number" ? knownId(tasks, requestId) : undefined;
        const task = id === undefined ? undefined : tasks.get(id);
        if (id === undefined || task === undefined) return;
        tasks.delete(id);
        task.cancel(typeof reason === "string" ? reason : undefined);
      }
    },
    ready() {},
    said: () => "",
    async close() {
      closed = true;
      member.links.delete(handlers);
      for (const task of tasks.values()) task.cancel("the agent's connection has ended");
      tasks.clear();
    },
  };
}

/** An answer that is no result of MCP is shown as its text, and an object as structured content too. */
export function resultOfTask(how: TaskEnd): JsonObject {
  if (!how.ok) {
    return {
      content: [{ type: "text", text: `${how.code}: ${how.message}` }],
      structuredContent: { code: how.code, message: how.message },
      isError: true,
    };
  }
  const { data } = how;
  if (isObject(data) && Array.isArray(data.content) && data.content.every(isObject)) return data;
  const text = typeof data === "string" ? data : JSON.stringify(data ?? null);
  return { content: [{ type: "text", text }], ...(isObject(data) && { structuredContent: data }) };
}
