/** Owns the requests of upstream servers to the agent (sampling, elicitation, roots): each under an id of our own, so that no two servers' ids meet. */
import {
  isObject,
  type JsonObject,
  progressTokenOf,
  type RpcId,
  type RpcReply,
  type RpcRequest,
  withProgressToken,
} from "../rpc/message.ts";

interface Outstanding {
  /** The server's own id and progress token. */
  id: RpcId;
  token: RpcId | undefined;
  server: string;
  answer: (reply: RpcReply) => void;
}

export interface ServerRequests {
  /** Gives the request as the agent is to see it. */
  ask(server: string, message: RpcRequest, answer: (reply: RpcReply) => void): RpcRequest;
  /** Takes an agent's answer to its server; false when it answers nothing that is open. */
  settle(reply: RpcReply): boolean;
  /** The server takes its request back: gives our id of it. */
  withdraw(server: string, id: unknown): RpcId | undefined;
  /** The agent reports progress on one: gives the server and the params in the server's terms. */
  progress(params: JsonObject): { server: string; params: JsonObject } | undefined;
  /** The server whose request became this task of the agent's. */
  ownerOfTask(taskId: unknown): string | undefined;
  /** A server is gone: gives our ids of what it asked. */
  forget(server: string): RpcId[];
}

/** Tasks of the agent's that are remembered; the oldest is forgotten first. */
const MAX_TASKS = 1_000;

export function createServerRequests(): ServerRequests {
  const open = new Map<RpcId, Outstanding>();
  const tasks = new Map<string, string>();
  let count = 0;
  return {
    ask(server, message, answer) {
      count += 1;
      const token = progressTokenOf(message.params);
      open.set(count, { id: message.id, token, server, answer });
      const params = token === undefined ? message.params : withProgressToken(message.params, count);
      return { ...message, id: count, params };
    },
    settle(reply) {
      const found = reply.id === undefined ? undefined : open.get(reply.id);
      if (found === undefined || reply.id === undefined) return false;
      open.delete(reply.id);
      const task = "result" in reply ? reply.result.task : undefined;
      if (isObject(task) && typeof task.taskId === "string") tasks.set(task.taskId, found.server);
      const [oldest] = tasks.keys();
      if (tasks.size > MAX_TASKS && oldest !== undefined) tasks.delete(oldest);
      found.answer({ ...reply, id: found.id });
      return true;
    },
    withdraw(server, id) {
      for (const [ours, item] of open) {
        if (item.server !== server || item.id !== id) continue;
        open.delete(ours);
        return ours;
      }
      return undefined;
    },
    progress(params) {
      const token = params.progressToken;
      const found = typeof token === "number" ? open.get(token) : undefined;
      if (found?.token === undefined) return undefined;
      return { server: found.server, params: { ...params, progressToken: found.token } };
    },
    ownerOfTask: (taskId) => (typeof taskId === "string" ? tasks.get(taskId) : undefined),
    forget(server) {
      const gone = [...open].filter(([, item]) => item.server === server).map(([ours]) => ours);
      for (const ours of gone) open.delete(ours);
      return gone;
    },
  };
}
