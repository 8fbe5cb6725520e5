/** What an agent says without expecting an answer: which server, or which request of its own, it concerns. */
import { type JsonObject, type RpcNotification, readId } from "../rpc/message.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ServerRequests } from "./server-requests.ts";
import type { SessionServers } from "./session-servers.ts";

export interface AgentNotificationsOptions {
  servers: () => Pick<SessionServers, "all" | "get">;
  requests: Pick<OpenRequests, "cancel">;
  asks: Pick<ServerRequests, "progress" | "ownerOfTask">;
  /** A request that came without an id: nobody can answer it. */
  odd: (method: string, params: JsonObject | undefined) => void;
}

export function createAgentNotifications({ servers, requests, asks, odd }: AgentNotificationsOptions) {
  return ({ method, params }: RpcNotification): void => {
    if (method === "notifications/initialized") return;
    if (method === "notifications/cancelled") {
      const id = readId(params?.requestId);
      const reason = typeof params?.reason === "string" ? params.reason : undefined;
      if (id !== undefined) requests.cancel(id, reason);
      return;
    }
    if (method === "notifications/progress") {
      const known = params === undefined ? undefined : asks.progress(params);
      if (known !== undefined) void servers().get(known.server)?.peer?.notify(method, known.params);
      return;
    }
    // Servers are told notifications of MCP alone: a call without an id would reach them past every rule.
    if (!method.startsWith("notifications/")) {
      odd(method, params);
      return;
    }
    // How a task of the agent's goes on concerns the server that asked for it.
    const owner = method === "notifications/tasks/status" ? asks.ownerOfTask(params?.taskId) : undefined;
    for (const connection of servers().all()) {
      if (owner === undefined || owner === connection.name) void connection.peer?.notify(method, params);
    }
  };
}
