/** One MCP session of one agent: its servers, and where each message between the two sides goes. */

import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { Outbox } from "../outbox/outbox.ts";
import {
  isObject,
  isReply,
  isRequest,
  type JsonObject,
  notification,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import type { Session } from "../sessions/session-registry.ts";
import type { ToolRules } from "../settings/tool-rules.ts";
import type { Catalogue } from "../upstream/catalogue/catalogue.ts";
import { OTHER_LISTS } from "../upstream/catalogue/known.ts";
import { ask } from "../upstream/connection/peer.ts";
import type { OpenServer, Server } from "../upstream/open-server.ts";
import { createAddressFirst } from "./address-first.ts";
import { createAgentNotifications } from "./agent-notifications.ts";
import type { AgentStreams, SessionStreams } from "./agent-streams.ts";
import { createAskFirst } from "./ask-first.ts";
import { createBufferedCalls } from "./buffered-calls.ts";
import { codexConversation } from "./codex-conversation.ts";
import { createElicitations, withElicitation } from "./elicitations.ts";
import { followTasks } from "./follow-tasks.ts";
import { type BehindServer, initializeResult, serverInfoOf } from "./initialize-result.ts";
import { createListWatches } from "./list-watch.ts";
import { createOpenRequests } from "./open-requests.ts";
import { createOtherLists } from "./other-lists.ts";
import { createOwnedRequests } from "./owned-requests.ts";
import { malformed, refusedCall } from "./refused-call.ts";
import { createSeenUris } from "./seen-uris.ts";
import { createServerMessages } from "./server-messages.ts";
import { createServerRequests } from "./server-requests.ts";
import { createSessionServers, type SessionServers } from "./session-servers.ts";
import { createShownNames } from "./shown-names.ts";
import { type StoppedBy, stoppedError } from "./stopped-call.ts";
import { createTasks } from "./tasks.ts";
import type { ToolOwner } from "./tool-menu.ts";
import { type Absent, createToolRequests } from "./tool-requests.ts";

/** An agent's `initialize` waits this long for servers that are new. */
const INITIALIZE_WAIT_MS = 1_500;
const DISCONNECTED = "The agent has disconnected.";

/** Of an agent that initialised it. */
export type AgentSession = SessionOf<AgentStreams>;

export interface SessionOf<Streams extends SessionStreams> {
  readonly id: string;
  readonly session: Session;
  readonly protocolVersion: string;
  readonly streams: Streams;
  /** Answers the agent's `initialize`, whose stream is open. A session that is taken up again has been answered long ago. */
  begin(): void;
  /** What the daemon says of itself and of the servers behind it; waits a moment for those that are new. */
  describe(): Promise<JsonObject>;
  /** Its name and that of the only server behind it, as far as is known now. */
  identify(): JsonObject;
  /** Takes one message of the agent; the streams of its requests are open. */
  receive(message: RpcMessage): void;
  apply(servers: readonly Server[]): void;
  restart(server: string): void;
  /** What decides about its tools may have changed. */
  toolsChanged(): void;
  /** Requests that have no answer yet. */
  readonly open: number;
  /** A call runs, a stream is open, or a task has not ended. */
  readonly busy: boolean;
  /** Its reader hung up, and nothing came from it since. */
  readonly left: boolean;
  /** Its servers are closed until something is asked of them. */
  readonly resting: boolean;
  /** Closes its servers until something is asked of them; the session itself stays. */
  rest(): void;
  /** A reader is there (again): servers may send it something. */
  wake(): void;
  /** Ends one of its calls for a person or a rule; false where it is not open here. */
  stopCall(call: string, by: StoppedBy): boolean;
  /** Nobody has waited for these requests for so many milliseconds. */
  abandoned(ids: readonly RpcId[], agoMs: number): void;
  /** Somebody waits for them again. */
  returned(ids: readonly RpcId[]): void;
  /** The agent has left: what runs may end in its own time, unless the settings end it; then everything is closed. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export interface AgentSessionOptions<Streams extends SessionStreams> {
  id: string;
  session: Session;
  /** The revision in which its servers are asked where they speak no newer one. */
  protocolVersion: string;
  streams: Streams;
  servers: readonly Server[];
  catalogue: Catalogue;
  open: OpenServer;
  initialize: RpcRequest;
  /** Begun in an earlier run of the daemon. */
  restored: boolean;
  rules: ToolRules;
  /** Why this server is not part of the session. */
  absent: (session: Session, server: string) => Absent;
  /** The tool of this name that a server would have if it were there. */
  away?: ((session: Session, tool: string) => ToolOwner | undefined) | undefined;
  outbox: Outbox;
  inbox: Pick<Inbox, "ask" | "allow" | "isAllowed">;
  /** Whether calls end with the agent that waits for them. */
  endsCalls: () => boolean;
  /** Milliseconds for which a silent server is spoken for. */
  longMs: () => number;
  /** Its servers were closed, or are wanted again. */
  onRest: () => void;
  /** Its agent is in another conversation. */
  onConversation: () => void;
}

export function createAgentSession<Streams extends SessionStreams>(
  options: AgentSessionOptions<Streams>,
): SessionOf<Streams> {
  const { session, streams, catalogue, protocolVersion, initialize } = options;
  const asked = initialize.params ?? {};
  const asks = createServerRequests();
  let left = false;
  const tasks = createTasks();
  const over = new AbortController();
  const watches = createListWatches();
  const uris = createSeenUris();
  const shown = createShownNames();
  const capabilities = isObject(asked.capabilities) ? asked.capabilities : {};
  const elicitations = createElicitations({ session: session.id, inbox: options.inbox, capabilities });
  const fromServers = createServerMessages({
    asks,
    elicitations,
    tasks,
    streams,
    uris,
    capabilities,
    hasLeft: () => left,
  });
  const requests = createOpenRequests({
    streams,
    calls: session.calls,
    wait: () => ({ agent: session.callWait, longMs: options.longMs() }),
    lateResults: session.lateResults,
    tasks,
    stopsAfter: (tool) => options.rules.stopsAfter(session, tool),
    answered: uris.note,
  });
  const addressFirst = createAddressFirst({
    elicitations,
    requests,
    connection: (name) => servers.get(name),
    whyNot: (tool) => options.rules.hiddenBy(session, tool)?.reason,
  });
  const tools = createToolRequests({
    servers: () => servers,
    requests,
    streams,
    shown,
    lateResults: session.lateResults,
    hiddenBy: (tool) => options.rules.hiddenBy(session, tool),
    absent: (server) => options.absent(session, server),
    away: (tool) => options.away?.(session, tool),
    askFirst: createAskFirst({
      session: session.id,
      inbox: options.inbox,
      requests,
      asks: (tool) => options.rules.asks(session, tool),
      connection: (name) => servers.get(name),
      whyNot: (tool) => options.rules.hiddenBy(session, tool)?.reason,
    }),
    addressFirst,
    buffered: createBufferedCalls(session.id, options.outbox, requests, (tool) =>
      options.rules.isBuffered(session, tool),
    ),
  });
  const lists = createOtherLists({
    catalogue,
    watches,
    reach: (name) => servers.reach(name),
    changed: (list) => streams.send(notification(`notifications/${OTHER_LISTS[list].capability}/list_changed`)),
  });
  const owned = createOwnedRequests({
    servers: () => servers,
    requests,
    tasks,
    lists,
    watches,
    uris,
    pageRead: tools.pageRead,
    addressFirst,
  });

  const servers: SessionServers = createSessionServers({
    // What the agent is and can do is what its servers see, and that a person can be asked.
    client: {
      protocolVersion,
      capabilities: withElicitation(capabilities, protocolVersion),
      clientInfo: isObject(asked.clientInfo) ? asked.clientInfo : { name: "unknown", version: "0" },
    },
    open: options.open,
    cwd: session.cwd,
    session: { id: session.id, label: session.label },
    catalogue,
    watches,
    shown,
    request: fromServers.request,
    notification: fromServers.notification,
    ready: (connection) => owned.repeatTo(connection),
    askedBefore: fromServers.forgetAsked,
    gone: fromServers.gone,
    toolsChanged: () => tools.changed(),
  });

  const onNotification = createAgentNotifications({
    servers: () => servers,
    requests,
    asks,
    odd(method, params) {
      if (method !== "tools/call") return;
      session.calls.refuse(refusedCall(params, undefined), malformed("The call has no id, so it cannot be answered."));
    },
  });

  let resting = false;
  const awake = () => {
    if (!resting) return;
    resting = false;
    options.onRest();
  };
  const wake = () => {
    awake();
    servers.wake();
  };

  function noteConversation(request: RpcRequest): void {
    const told = codexConversation(request.params);
    if (told === undefined || told === session.conversation) return;
    session.conversation = told;
    options.onConversation();
  }

  async function onRequest(request: RpcRequest): Promise<void> {
    if (request.method === "ping") return requests.answer(request, {});
    // A call needs its own server alone.
    if (request.method === "tools/call") awake();
    else wake();
    switch (request.method) {
      case "tools/list":
        return tools.list(request);
      case "tools/call":
        noteConversation(request);
        return tools.call(request);
      case "logging/setLevel":
        return owned.setLevel(request);
      default:
        return owned.handle(request);
    }
  }

  const behind = (): BehindServer[] =>
    servers.all().map(({ state, name }) => ({
      name,
      side: state.phase === "ready" ? state.server : catalogue.known(name)?.server,
    }));
  async function describe(): Promise<JsonObject> {
    await Promise.all(servers.fresh().map((connection) => connection.settled(INITIALIZE_WAIT_MS)));
    return initializeResult(protocolVersion, behind());
  }

  const close = async () => {
    over.abort();
    elicitations.close();
    requests.cancelAll("The session has ended.");
    watches.close();
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
    begin: () => void describe().then((result) => streams.send(resultOf(initialize.id, result))),
    describe,
    identify: () => serverInfoOf(behind()),
    receive(message) {
      if (isReply(message)) asks.settle(message);
      else if (!isRequest(message)) onNotification(message);
      else {
        requests.begin(message);
        onRequest(message).catch((error: unknown) => {
          const reason = reasonOf(error);
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
    get busy() {
      return streams.active || requests.count > 0 || tasks.open().length > 0;
    },
    get left() {
      return streams.left;
    },
    get resting() {
      return resting;
    },
    rest() {
      if (resting) return;
      resting = true;
      servers.rest();
      options.onRest();
    },
    wake,
    stopCall(call, by) {
      if (requests.stop(call, by)) return true;
      const task = tasks.stop(call, stoppedError(by));
      const peer = task && servers.get(task.server)?.peer;
      if (task !== undefined && peer !== undefined) void ask(peer, "tasks/cancel", { taskId: task.taskId }, 30_000);
      return task !== undefined;
    },
    abandoned: (ids, agoMs) => requests.leave(ids, agoMs, options.endsCalls() ? DISCONNECTED : undefined),
    returned: requests.returned,
    async leave() {
      left = true;
      const cancel = options.endsCalls();
      requests.leaveAll();
      if (cancel) requests.cancelAll(DISCONNECTED);
      streams.close();
      await requests.settled();
      await followTasks({ tasks, peerOf: (name) => servers.get(name)?.peer, cancel, signal: over.signal });
      await close();
    },
    close,
  };
}
