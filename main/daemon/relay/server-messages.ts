/** Owns what upstream servers send of their own (requests, notifications, and that they are gone) on its way to the agent. */
import { errorOf, notification, RPC, type RpcNotification, type RpcRequest, resultOf } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection.ts";
import type { Waiting } from "../upstream/peer.ts";
import type { AgentStreams } from "./agent-streams.ts";
import type { ServerRequests } from "./server-requests.ts";
import type { Tasks } from "./tasks.ts";

export interface ServerMessages {
  /** `related` is the agent's request that it belongs to, whose stream then carries it. */
  request(from: Connection, message: RpcRequest, related: Waiting | undefined): void;
  notification(from: Connection, message: RpcNotification, related: Waiting | undefined): void;
  gone(server: string): void;
}

export interface ServerMessagesOptions {
  asks: ServerRequests;
  tasks: Tasks;
  streams: AgentStreams;
  /** Nobody is there to answer any more. */
  hasLeft: () => boolean;
}

export function createServerMessages({ asks, tasks, streams, hasLeft }: ServerMessagesOptions): ServerMessages {
  return {
    request(from, message, related) {
      if (message.method === "ping") return from.answer(resultOf(message.id, {}));
      if (hasLeft()) return from.answer(errorOf(message.id, RPC.internal, "The agent has left."));
      streams.send(
        asks.ask(from.name, message, (reply) => from.answer(reply)),
        related?.agentId,
      );
    },
    notification(from, message, related) {
      if (message.method === "notifications/tasks/status") tasks.tell(from.name, message.params);
      if (message.method !== "notifications/cancelled") return streams.send(message, related?.agentId);
      const id = asks.withdraw(from.name, message.params?.requestId);
      if (id === undefined) return;
      streams.send({ ...message, params: { ...message.params, requestId: id } }, related?.agentId);
    },
    gone(server) {
      tasks.gone(server);
      for (const id of asks.forget(server)) {
        streams.send(notification("notifications/cancelled", { requestId: id, reason: "The server is gone." }));
      }
    },
  };
}
