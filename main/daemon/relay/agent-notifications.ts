/** Owns what an agent says without expecting an answer: which server, or which request of its own, it concerns. */
import type { RpcNotification } from "../rpc/message.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ServerRequests } from "./server-requests.ts";
import type { SessionServers } from "./session-servers.ts";

export interface AgentNotificationsOptions {
  servers: () => Pick<SessionServers, "all" | "get">;
  requests: Pick<OpenRequests, "cancel">;
  asks: Pick<ServerRequests, "progress" | "ownerOfTask">;
}

export function createAgentNotifications({ servers, requests, asks }: AgentNotificationsOptions) {
  return ({ method, params }: RpcNotification): void => {
    if (method === "notifications/initialized") return;
    if (method === "notifications/cancelled") {
      const id = params?.requestId;
      const reason = typeof params?.reason === "string" ? params.reason : undefined;
      if (typeof id === "string" || typeof id === "number") requests.cancel(id, reason);
      return;
    }
    if (method === "notifications/progress") {
      const known = params === undefined ? undefined : asks.progress(params);
      if (known !== undefined) void servers().get(known.server)?.peer?.notify(method, known.params);
      return;
    }
    // How a task of the agent's goes on concerns the server that asked for it.
    const owner = method === "notifications/tasks/status" ? asks.ownerOfTask(params?.taskId) : undefined;
    for (const connection of servers().all()) {
      if (owner === undefined || owner === connection.name) void connection.peer?.notify(method, params);
    }
  };
}
