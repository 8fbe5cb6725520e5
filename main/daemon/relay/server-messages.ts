/** What upstream servers send of their own (requests, notifications, and that they are gone) on its way to the agent. */
import { errorOf, notification, RPC, type RpcNotification, type RpcRequest, resultOf } from "../rpc/message.ts";
import { inputKeyOf } from "../rpc/modern.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import type { Waiting } from "../upstream/connection/peer.ts";
import { withoutAbsent } from "../upstream/connection/without-absent.ts";
import type { SessionStreams } from "./agent-streams.ts";
import { ELICIT, type Elicitations } from "./elicitations.ts";
import type { SeenUris } from "./seen-uris.ts";
import { MAX_OPEN_ASKS, type ServerRequests } from "./server-requests.ts";
import type { Tasks } from "./tasks.ts";

export interface ServerMessages {
  /** `related` is the agent's request that it belongs to, whose stream then carries it. */
  request(from: Connection, message: RpcRequest, related: Waiting | undefined): void;
  notification(from: Connection, message: RpcNotification, related: Waiting | undefined): void;
  /** Nobody waits any more for what it asked. */
  forgetAsked(server: string): void;
  gone(server: string): void;
}

export interface ServerMessagesOptions {
  asks: ServerRequests;
  elicitations: Elicitations;
  tasks: Tasks;
  streams: SessionStreams;
  uris: Pick<SeenUris, "note">;
  /** What the agent declared that it can do. */
  capabilities: Readonly<Record<string, unknown>>;
  /** Nobody is there to answer any more. */
  hasLeft: () => boolean;
}

export function createServerMessages(options: ServerMessagesOptions): ServerMessages {
  const { asks, elicitations, tasks, streams, uris, capabilities, hasLeft } = options;
  return {
    request(from, given, related) {
      const message = tidied(given);
      if (message.method === "ping") return from.answer(resultOf(message.id, {}));
      if (hasLeft()) return from.answer(errorOf(message.id, RPC.internal, "The agent has left."));
      if (message.method === SAMPLE && capabilities.sampling === undefined) {
        return from.answer(errorOf(message.id, RPC.methodNotFound, cannotSample(from.name)));
      }
      const elicits = message.method === ELICIT;
      if (elicits && elicitations.ask(from, message)) return;
      let answered = () => {};
      const asked = asks.ask(from.name, message, (reply) => {
        answered();
        from.answer(reply);
      });
      if (asked === undefined) {
        const reason = `The agent has not answered ${MAX_OPEN_ASKS} requests of this server; no more are taken.`;
        return from.answer(errorOf(message.id, RPC.internal, reason));
      }
      try {
        streams.send(asked, related?.agentId, inputKeyOf(message.id));
        if (elicits) answered = elicitations.show(from, message);
      } catch (error) {
        // It cannot be written again, and nobody will answer it: whoever sent it is told.
        asks.withdraw(from.name, message.id);
        throw error;
      }
    },
    notification(from, given, related) {
      const message = tidied(given);
      if (message.method === "notifications/tasks/status") tasks.tell(from.name, message.params);
      if (message.method === "notifications/resources/updated") uris.note(from.name, message.params);
      if (message.method === COMPLETED && elicitations.completed(from.name, message.params?.elicitationId)) return;
      if (message.method !== "notifications/cancelled") return streams.send(message, related?.agentId);
      if (elicitations.withdraw(from.name, message.params?.requestId)) return;
      const id = asks.withdraw(from.name, message.params?.requestId);
      if (id === undefined) return;
      streams.send({ ...message, params: { ...message.params, requestId: id } }, related?.agentId);
    },
    forgetAsked,
    gone(server) {
      tasks.gone(server);
      forgetAsked(server);
    },
  };

  function forgetAsked(server: string): void {
    elicitations.gone(server);
    for (const id of asks.forget(server)) {
      streams.send(notification("notifications/cancelled", { requestId: id, reason: "The server is gone." }));
    }
  }
}

const COMPLETED = "notifications/elicitation/complete";
const SAMPLE = "sampling/createMessage";

/** Servers show it with the failed call, where the agent's user reads it. */
const cannotSample = (server: string): string =>
  `The MCP server “${server}” asked this agent's model for text (MCP sampling), and this agent does not offer that. Use the server with an agent that does, or a tool of it that works without.`;

function tidied<Message extends RpcRequest | RpcNotification>(message: Message): Message {
  if (message.params === undefined) return message;
  const params = withoutAbsent(message.params);
  return params === message.params ? message : { ...message, params };
}
