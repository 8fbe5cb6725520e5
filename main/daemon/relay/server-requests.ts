/** The requests of upstream servers to the agent (sampling, elicitation, roots): each under an id of our own, so that no two servers' ids meet. */
import {
  isObject,
  type JsonObject,
  progressTokenOf,
  type RpcId,
  type RpcReply,
  type RpcRequest,
  readId,
  withProgressToken,
} from "../rpc/message.ts";
import { shownId } from "../rpc/rpc-id.ts";
import { ownNumber } from "../rpc/same-id.ts";

interface Outstanding {
  /** The server's own id and progress token. */
  id: RpcId;
  token: RpcId | undefined;
  server: string;
  answer: (reply: RpcReply) => void;
}

export interface ServerRequests {
  /** Gives the request as the agent is to see it; undefined when this server has asked too much that has no answer. */
  ask(server: string, message: RpcRequest, answer: (reply: RpcReply) => void): RpcRequest | undefined;
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

/** Requests of one server that the agent has not answered; more are refused. */
export const MAX_OPEN_ASKS = 256;
/** Tasks of the agent's that are remembered; the oldest is forgotten first. */
const MAX_TASKS = 1_000;

export function createServerRequests(): ServerRequests {
  const open = new Map<number, Outstanding>();
  const tasks = new Map<string, string>();
  const opened = new Map<string, number>();
  let count = 0;
  const take = (id: number): Outstanding | undefined => {
    const found = open.get(id);
    if (found === undefined) return undefined;
    open.delete(id);
    opened.set(found.server, (opened.get(found.server) ?? 1) - 1);
    return found;
  };
  /** Our id of a server's request: under its very own id, else under one of the same value. */
  const find = (server: string, given: unknown): number | undefined => {
    const id = readId(given);
    if (id === undefined) return undefined;
    let like: number | undefined;
    for (const [ours, item] of open) {
      if (item.server !== server) continue;
      if (item.id === id) return ours;
      if (String(shownId(item.id)) === String(shownId(id))) like = ours;
    }
    return like;
  };
  return {
    ask(server, message, answer) {
      const before = opened.get(server) ?? 0;
      if (before >= MAX_OPEN_ASKS) return undefined;
      opened.set(server, before + 1);
      count += 1;
      const token = progressTokenOf(message.params);
      open.set(count, { id: message.id, token, server, answer });
      const params = token === undefined ? message.params : withProgressToken(message.params, count);
      return { ...message, id: count, params };
    },
    settle(reply) {
      const id = ownNumber(reply.id);
      const found = id === undefined ? undefined : take(id);
      if (found === undefined) return false;
      const task = "result" in reply ? reply.result.task : undefined;
      if (isObject(task) && typeof task.taskId === "string") tasks.set(task.taskId, found.server);
      const [oldest] = tasks.keys();
      if (tasks.size > MAX_TASKS && oldest !== undefined) tasks.delete(oldest);
      found.answer({ ...reply, id: found.id });
      return true;
    },
    withdraw(server, id) {
      const ours = find(server, id);
      if (ours !== undefined) take(ours);
      return ours;
    },
    progress(params) {
      const token = ownNumber(params.progressToken);
      const found = token === undefined ? undefined : open.get(token);
      if (found?.token === undefined) return undefined;
      return { server: found.server, params: { ...params, progressToken: found.token } };
    },
    ownerOfTask: (taskId) => (typeof taskId === "string" ? tasks.get(taskId) : undefined),
    forget(server) {
      const gone = [...open].filter(([, item]) => item.server === server).map(([ours]) => ours);
      for (const ours of gone) take(ours);
      return gone;
    },
  };
}
