/** Owns one MCP session of one agent: what each of its messages means and where it goes. */

import {
  errorOf,
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  notification,
  progressTokenOf,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import type { Catalogue } from "../upstream/catalogue.ts";
import type { Connection } from "../upstream/connection.ts";
import { CONNECT_TIMEOUT_MS } from "../upstream/connection.ts";
import type { Server } from "../upstream/open-server.ts";
import type { Waiting } from "../upstream/peer.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { forward } from "./forward.ts";
import { initializeResult } from "./initialize-result.ts";
import { createMergedLists, withCapability } from "./merged-lists.ts";
import { createServerRequests } from "./server-requests.ts";
import { createSessionServers } from "./session-servers.ts";
import { prefixed, type ToolOwner } from "./tool-menu.ts";

/** An agent's `initialize` waits this long for servers that have never been reached. */
const INITIALIZE_WAIT_MS = 1_500;

export interface AgentSession {
  readonly id: string;
  readonly session: Session;
  readonly protocolVersion: string;
  readonly streams: AgentStreams;
  /** Takes one message of the agent; the streams of its requests are open. */
  receive(message: RpcMessage): void;
  apply(servers: readonly Server[]): void;
  restart(server: string): void;
  /** Requests that wait for an upstream. */
  readonly open: number;
  close(): Promise<void>;
}

export interface AgentSessionOptions {
  id: string;
  session: Session;
  protocolVersion: string;
  streams: AgentStreams;
  servers: readonly Server[];
  catalogue: Catalogue;
  env: NodeJS.ProcessEnv;
  initialize: RpcRequest;
}

export function createAgentSession(options: AgentSessionOptions): AgentSession {
  const { session, streams, catalogue, protocolVersion } = options;
  const asked = options.initialize.params ?? {};
  /** How to cancel each request that waits for an upstream, by the agent's id. */
  const open = new Map<RpcId, (reason: string | undefined) => void>();
  const serverRequests = createServerRequests();
  const merged = createMergedLists();
  /** Every name that this agent was ever shown keeps its meaning. */
  const shown = new Map<string, ToolOwner>();
  const subscriptions = new Map<string, Set<string>>();
  let lastTools: string | undefined;
  let logLevel: JsonObject | undefined;

  const servers = createSessionServers({
    client: {
      protocolVersion,
      capabilities: isObject(asked.capabilities) ? asked.capabilities : {},
      clientInfo: isObject(asked.clientInfo) ? asked.clientInfo : { name: "unknown", version: "0" },
    },
    env: options.env,
    catalogue,
    request: (from, message, related) => onServerRequest(from, message, related),
    notification: (from, message, related) => onServerNotification(from, message, related),
    ready(connection) {
      if (logLevel !== undefined) tell(connection, "logging/setLevel", logLevel);
      for (const uri of subscriptions.get(connection.name) ?? []) tell(connection, "resources/subscribe", { uri });
    },
    gone(name) {
      for (const id of serverRequests.forget(name)) {
        streams.send(notification("notifications/cancelled", { requestId: id, reason: "The server is gone." }));
      }
    },
    toolsChanged() {
      // Nobody has listed them yet, or they are the same as then.
      if (lastTools === undefined || JSON.stringify(servers.lastMenu().tools) === lastTools) return;
      lastTools = JSON.stringify(servers.lastMenu().tools);
      streams.send(notification("notifications/tools/list_changed"));
    },
  });
  servers.apply(options.servers);

  function onServerRequest(from: Connection, message: RpcRequest, related: Waiting | undefined): void {
    if (message.method === "ping") return from.answer(resultOf(message.id, {}));
    streams.send(
      serverRequests.ask(from.name, message, (reply) => from.answer(reply)),
      related?.agentId,
    );
  }

  function onServerNotification(from: Connection, message: RpcNotification, related: Waiting | undefined): void {
    if (message.method === "notifications/cancelled") {
      const id = serverRequests.withdraw(from.name, message.params?.requestId);
      if (id !== undefined)
        streams.send({ ...message, params: { ...message.params, requestId: id } }, related?.agentId);
      return;
    }
    streams.send(message, related?.agentId);
  }

  /** A request of the daemon's own whose answer nobody waits for. */
  function tell(connection: Connection, method: string, params: JsonObject): void {
    connection.peer?.send(method, params, { reply() {}, lost() {} });
  }

  function answer(request: RpcRequest, result: JsonObject): void {
    open.delete(request.id);
    streams.send(resultOf(request.id, result));
  }

  function refuse(request: RpcRequest, code: number, message: string): void {
    open.delete(request.id);
    streams.send(errorOf(request.id, code, message));
  }

  /** Hands the request to its server, once that is connected. */
  function pass(request: RpcRequest, to: Connection, params = request.params, tool?: ToolOwner): void {
    if (!open.has(request.id)) return;
    const record =
      tool === undefined
        ? undefined
        : session.calls.start({
            tool: tool.tool,
            server: tool.server,
            token: progressTokenOf(request.params),
            args: isObject(params?.arguments) ? params.arguments : {},
          });
    const options = {
      send: (message: RpcMessage) => streams.send(message, request.id),
      pause: () => streams.pause(request.id),
      done: () => open.delete(request.id),
      ...(record !== undefined && { record }),
    };
    if (to.state.phase === "ready") {
      const sent = forward(request, params, to, options);
      open.set(request.id, (reason) => sent.cancel(reason));
      return;
    }
    open.set(request.id, (reason) => record?.end({ kind: "cancelled", ...(reason !== undefined && { reason }) }));
    to.wake();
    void to.settled(CONNECT_TIMEOUT_MS).then(() => {
      if (!open.has(request.id)) return;
      const sent = forward(request, params, to, options);
      if (open.has(request.id)) open.set(request.id, (reason) => sent.cancel(reason));
    });
  }

  async function callTool(request: RpcRequest): Promise<void> {
    const name = request.params?.name;
    if (typeof name !== "string") return refuse(request, RPC.invalidParams, "tools/call needs the name of a tool.");
    const owner = ownerOf(name) ?? (await servers.menu().then(() => ownerOf(name)));
    if (!open.has(request.id)) return;
    const to = owner === undefined ? undefined : servers.get(owner.server);
    if (owner === undefined || to === undefined) return refuse(request, RPC.invalidParams, `Unknown tool: ${name}`);
    pass(request, to, { ...request.params, name: owner.tool }, owner);
  }

  function ownerOf(name: string): ToolOwner | undefined {
    const menu = servers.lastMenu();
    const owner = menu.owners.get(name) ?? shown.get(name);
    if (owner !== undefined) return owner;
    return [...menu.owners.values()].find((item) => prefixed(item.server, item.tool) === name);
  }

  async function listTools(request: RpcRequest): Promise<void> {
    const menu = await servers.menu();
    for (const [name, owner] of menu.owners) if (!shown.has(name)) shown.set(name, owner);
    lastTools = JSON.stringify(menu.tools);
    if (open.has(request.id)) answer(request, { tools: menu.tools });
  }

  async function setLevel(request: RpcRequest): Promise<void> {
    logLevel = request.params;
    for (const connection of withCapability(servers.all(), "logging")) tell(connection, request.method, logLevel ?? {});
    answer(request, {});
  }

  /** Requests that concern one resource, prompt or completion go to whose it is. */
  async function passToOwner(request: RpcRequest): Promise<void> {
    const all = servers.all();
    const { params } = request;
    const ref = isObject(params?.ref) ? params.ref : undefined;
    const prompt = ref === undefined ? params?.name : ref.name;
    const uri = ref === undefined ? params?.uri : ref.uri;
    if (typeof prompt === "string") {
      const owner = await merged.ownerOfPrompt(prompt, all);
      const to = owner === undefined ? undefined : servers.get(owner.server);
      if (owner === undefined || to === undefined) {
        return refuse(request, RPC.invalidParams, `Unknown prompt: ${prompt}`);
      }
      const renamed = ref === undefined ? { name: owner.tool } : { ref: { ...ref, name: owner.tool } };
      return pass(request, to, { ...params, ...renamed });
    }
    const name = typeof uri === "string" ? await merged.ownerOfUri(uri, all) : undefined;
    const to = name === undefined ? undefined : servers.get(name);
    if (to === undefined) return refuse(request, RPC.resourceNotFound, `Resource not found: ${String(uri)}`);
    if (typeof uri === "string") remember(request.method, to.name, uri);
    pass(request, to);
  }

  function remember(method: string, server: string, uri: string): void {
    const uris = subscriptions.get(server) ?? new Set();
    subscriptions.set(server, uris);
    if (method === "resources/subscribe") uris.add(uri);
    if (method === "resources/unsubscribe") uris.delete(uri);
  }

  async function dispatch(request: RpcRequest): Promise<void> {
    const all = servers.all();
    const [only] = all;
    switch (request.method) {
      case "ping":
        return answer(request, {});
      case "tools/list":
        return listTools(request);
      case "tools/call":
        return callTool(request);
      case "logging/setLevel":
        return setLevel(request);
    }
    if (all.length === 1 && only !== undefined) {
      const uri = request.params?.uri;
      if (typeof uri === "string") remember(request.method, only.name, uri);
      const missing = emptyList(request.method, only);
      return missing === undefined ? pass(request, only) : answer(request, missing);
    }
    switch (request.method) {
      case "prompts/list":
        return answer(request, { prompts: await merged.prompts(all) });
      case "resources/list":
        return answer(request, { resources: await merged.resources(all) });
      case "resources/templates/list":
        return answer(request, { resourceTemplates: await merged.templates(all) });
      case "prompts/get":
      case "resources/read":
      case "resources/subscribe":
      case "resources/unsubscribe":
      case "completion/complete":
        return passToOwner(request);
    }
    refuse(request, RPC.methodNotFound, `Method not found: ${request.method}`);
  }

  function onNotification(message: RpcNotification): void {
    const { method, params } = message;
    if (method === "notifications/initialized") return;
    if (method === "notifications/cancelled") {
      const id = params?.requestId;
      if (typeof id !== "string" && typeof id !== "number") return;
      const cancel = open.get(id);
      open.delete(id);
      cancel?.(typeof params?.reason === "string" ? params.reason : undefined);
      return streams.drop(id);
    }
    if (method === "notifications/progress") {
      const known = params === undefined ? undefined : serverRequests.progress(params);
      if (known !== undefined) void servers.get(known.server)?.peer?.notify(method, known.params);
      return;
    }
    for (const connection of servers.all()) void connection.peer?.notify(method, params);
  }

  async function initialize(): Promise<void> {
    const unknown = servers.all().filter(({ name }) => catalogue.known(name) === undefined);
    await Promise.all(unknown.map((connection) => connection.settled(INITIALIZE_WAIT_MS)));
    const behind = servers.all().map((connection) => {
      const { state, name } = connection;
      return { name, side: state.phase === "ready" ? state.server : catalogue.known(name)?.server };
    });
    streams.send(resultOf(options.initialize.id, initializeResult(protocolVersion, behind)));
  }

  void initialize();
  return {
    id: options.id,
    session,
    protocolVersion,
    streams,
    receive(message) {
      if (isReply(message)) serverRequests.settle(message);
      else if (!isRequest(message)) onNotification(message);
      else {
        open.set(message.id, () => {});
        dispatch(message).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          if (open.has(message.id)) refuse(message, RPC.internal, `Signalbox failed on this request: ${reason}`);
        });
      }
    },
    apply: (next) => servers.apply(next),
    restart: (name) => servers.restart(name),
    get open() {
      return open.size;
    },
    async close() {
      for (const cancel of open.values()) cancel("The session has ended.");
      open.clear();
      streams.close();
      await servers.close();
    },
  };
}

/** The answer to a list that the one server behind does not offer at all. */
function emptyList(method: string, { state }: Connection): JsonObject | undefined {
  if (state.phase !== "ready") return undefined;
  const { capabilities } = state.server;
  if (capabilities.resources === undefined && method === "resources/list") return { resources: [] };
  if (capabilities.resources === undefined && method === "resources/templates/list") return { resourceTemplates: [] };
  if (capabilities.prompts === undefined && method === "prompts/list") return { prompts: [] };
  return undefined;
}
