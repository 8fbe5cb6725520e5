/** Owns one MCP session of one agent: its servers, and where each message between the two sides goes. */

import type { Outbox } from "../outbox/outbox.ts";
import {
  isObject,
  isReply,
  isRequest,
  notification,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import type { Catalogue } from "../upstream/catalogue.ts";
import { OTHER_LISTS } from "../upstream/known.ts";
import type { OpenServer, Server } from "../upstream/open-server.ts";
import { createAgentNotifications } from "./agent-notifications.ts";
import type { AgentStreams } from "./agent-streams.ts";
import { createBufferedCalls } from "./buffered-calls.ts";
import { followTasks } from "./follow-tasks.ts";
import { initializeResult } from "./initialize-result.ts";
import { createOpenRequests } from "./open-requests.ts";
import { createOtherLists } from "./other-lists.ts";
import { createOwnedRequests } from "./owned-requests.ts";
import { createServerMessages } from "./server-messages.ts";
import { createServerRequests } from "./server-requests.ts";
import { createSessionServers, type SessionServers } from "./session-servers.ts";
import { createTasks } from "./tasks.ts";
import type { ToolOwner } from "./tool-menu.ts";
import { createToolRequests } from "./tool-requests.ts";

/** An agent's `initialize` waits this long for servers that are new. */
const INITIALIZE_WAIT_MS = 1_500;
const DISCONNECTED = "The agent has disconnected.";

export interface AgentSession {
  readonly id: string;
  readonly session: Session;
  readonly protocolVersion: string;
  readonly streams: AgentStreams;
  /** Answers the agent's `initialize`, whose stream is open. A session that is taken up again has been answered long ago. */
  begin(): void;
  /** Takes one message of the agent; the streams of its requests are open. */
  receive(message: RpcMessage): void;
  apply(servers: readonly Server[]): void;
  restart(server: string): void;
  /** What decides about its tools may have changed. */
  toolsChanged(): void;
  /** Requests that have no answer yet. */
  readonly open: number;
  /** Nobody waits for these requests any more. */
  abandoned(ids: readonly RpcId[]): void;
  /** The agent has left: what runs may end in its own time, unless the settings end it; then everything is closed. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export interface AgentSessionOptions {
  id: string;
  session: Session;
  protocolVersion: string;
  streams: AgentStreams;
  servers: readonly Server[];
  catalogue: Catalogue;
  open: OpenServer;
  initialize: RpcRequest;
  /** Begun in an earlier run of the daemon. */
  restored: boolean;
  rules: ToolRules;
  outbox: Outbox;
  /** Whether calls end with the agent that waits for them. */
  endsCalls: () => boolean;
}

/** What the settings say of a tool in a session. */
export interface ToolRules {
  /** Why it is hidden now, or undefined. */
  hiddenBecause(session: Session, tool: ToolOwner): string | undefined;
  isBuffered(session: Session, tool: ToolOwner): boolean;
}

export function createAgentSession(options: AgentSessionOptions): AgentSession {
  const { session, streams, catalogue, protocolVersion, initialize } = options;
  const asked = initialize.params ?? {};
  const asks = createServerRequests();
  let left = false;
  const tasks = createTasks();
  const over = new AbortController();
  const fromServers = createServerMessages({ asks, tasks, streams, hasLeft: () => left });
  const requests = createOpenRequests(streams, session.calls, tasks);
  const tools = createToolRequests({
    servers: () => servers,
    requests,
    streams,
    hiddenBecause: (tool) => options.rules.hiddenBecause(session, tool),
    buffered: createBufferedCalls(session.id, options.outbox, requests, (tool) =>
      options.rules.isBuffered(session, tool),
    ),
  });
  const lists = createOtherLists(catalogue, (list) =>
    streams.send(notification(`notifications/${OTHER_LISTS[list].capability}/list_changed`)),
  );
  const owned = createOwnedRequests(() => servers, requests, tasks, lists);

  const servers: SessionServers = createSessionServers({
    // What the agent is and can do is what its servers see.
    client: {
      protocolVersion,
      capabilities: isObject(asked.capabilities) ? asked.capabilities : {},
      clientInfo: isObject(asked.clientInfo) ? asked.clientInfo : { name: "unknown", version: "0" },
    },
    open: options.open,
    cwd: session.cwd,
    catalogue,
    request: fromServers.request,
    notification: fromServers.notification,
    ready: (connection) => owned.repeatTo(connection),
    gone: fromServers.gone,
    toolsChanged: () => tools.changed(),
  });

  const onNotification = createAgentNotifications({ servers: () => servers, requests, asks });

  async function onRequest(request: RpcRequest): Promise<void> {
    switch (request.method) {
      case "ping":
        return requests.answer(request, {});
      case "tools/list":
        return tools.list(request);
      case "tools/call":
        return tools.call(request);
      case "logging/setLevel":
        return owned.setLevel(request);
      default:
        return owned.handle(request);
    }
  }

  async function answerInitialize(): Promise<void> {
    await Promise.all(servers.fresh().map((connection) => connection.settled(INITIALIZE_WAIT_MS)));
    const behind = servers.all().map(({ state, name }) => ({
      name,
      side: state.phase === "ready" ? state.server : catalogue.known(name)?.server,
    }));
    streams.send(resultOf(initialize.id, initializeResult(protocolVersion, behind)));
  }

  const close = async () => {
    over.abort();
    requests.cancelAll("The session has ended.");
    tasks.close();
    streams.close();
    await servers.close();
  };

  servers.apply(options.servers);
  if (options.restored) tools.listedBefore();
  return {
    id: options.id,
    session,
    protocolVersion,
    streams,
    begin: () => void answerInitialize(),
    receive(message) {
      if (isReply(message)) asks.settle(message);
      else if (!isRequest(message)) onNotification(message);
      else {
        requests.begin(message);
        onRequest(message).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          requests.refuse(message, RPC.internal, `Signalbox failed on this request: ${reason}`);
        });
      }
    },
    apply: (next) => servers.apply(next),
    restart: (name) => servers.restart(name),
    toolsChanged: tools.changed,
    get open() {
      return requests.count;
    },
    abandoned(ids) {
      if (options.endsCalls()) for (const id of ids) requests.cancel(id, DISCONNECTED);
    },
    async leave() {
      left = true;
      const cancel = options.endsCalls();
      if (cancel) requests.cancelAll(DISCONNECTED);
      streams.close();
      await requests.settled();
      await followTasks({ tasks, peerOf: (name) => servers.get(name)?.peer, cancel, signal: over.signal });
      await close();
    },
    close,
  };
}
