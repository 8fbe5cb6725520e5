/** Owns the requests about resources, prompts, completions and tasks: whose they are, and what a restarted server must be told again. */
import { isObject, type JsonObject, RPC, type RpcReply, type RpcRequest } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection.ts";
import { OTHER_LIST_NAMES, OTHER_LISTS } from "../upstream/known.ts";
import { createMergedLists, withCapability } from "./merged-lists.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { OtherLists } from "./other-lists.ts";
import type { SessionServers } from "./session-servers.ts";
import { type Tasks, taskIdOf } from "./tasks.ts";

/** A list waits this long for a server that is being connected, and is then given as it was last. */
const LIST_WAIT_MS = 5_000;

export interface OwnedRequests {
  /** Answers or passes on the request; one of an unknown method is refused. */
  handle(request: RpcRequest): Promise<void>;
  setLevel(request: RpcRequest): void;
  /** A server has (again) been initialised: repeats what the agent had asked of it. */
  repeatTo(connection: Connection): void;
}

export function createOwnedRequests(
  servers: () => SessionServers,
  requests: OpenRequests,
  tasks: Tasks,
  lists: OtherLists,
): OwnedRequests {
  const merged = createMergedLists(lists);
  const subscriptions = new Map<string, Set<string>>();
  let level: JsonObject | undefined;

  const remember = (method: string, server: string, uri: unknown) => {
    if (typeof uri !== "string") return;
    const uris = subscriptions.get(server) ?? new Set();
    subscriptions.set(server, uris);
    if (method === "resources/subscribe") uris.add(uri);
    if (method === "resources/unsubscribe") uris.delete(uri);
  };
  const passTo = (request: RpcRequest, to: Connection, params = request.params) => {
    remember(request.method, to.name, params?.uri);
    requests.pass(request, to, { params, onReply: (reply) => watchTask(request, to.name, reply) });
  };
  /** What a server says of a task tells how the call that it was goes on. */
  const watchTask = ({ method, params }: RpcRequest, server: string, reply: RpcReply) => {
    const id = taskIdOf(params);
    if (id !== undefined && method === "tasks/result") tasks.settle(id, reply);
    else if (method.startsWith("tasks/") && "result" in reply) tasks.tell(server, reply.result);
  };
  const toTaskOwner = (request: RpcRequest) => {
    const id = taskIdOf(request.params);
    const owner = id === undefined ? undefined : tasks.ownerOf(id);
    const to = owner === undefined ? undefined : servers().get(owner);
    if (to === undefined) return requests.refuse(request, RPC.invalidParams, `Unknown task: ${String(id)}`);
    passTo(request, to);
  };
  const listTasks = async (request: RpcRequest, all: Connection[]) => {
    const lists = await merged.tasks(all);
    for (const { server, items } of lists) for (const task of items) tasks.tell(server, task);
    requests.answer(request, { tasks: lists.flatMap(({ items }) => items) });
  };
  const promptTo = async (
    request: RpcRequest,
    prompt: string,
    all: Connection[],
    rename: (name: string) => JsonObject,
  ) => {
    const owner = await merged.ownerOfPrompt(prompt, all);
    const to = owner === undefined ? undefined : servers().get(owner.server);
    if (owner === undefined || to === undefined) {
      return requests.refuse(request, RPC.invalidParams, `Unknown prompt: ${prompt}`);
    }
    passTo(request, to, { ...request.params, ...rename(owner.tool) });
  };
  const toOwner = async (request: RpcRequest, all: Connection[]) => {
    const { params } = request;
    const ref = isObject(params?.ref) ? params.ref : undefined;
    const prompt = ref === undefined ? params?.name : ref.name;
    if (typeof prompt === "string") {
      return promptTo(request, prompt, all, (name) => (ref === undefined ? { name } : { ref: { ...ref, name } }));
    }
    const uri = ref === undefined ? params?.uri : ref.uri;
    const name = typeof uri === "string" ? await merged.ownerOfUri(uri, all) : undefined;
    const to = name === undefined ? undefined : servers().get(name);
    if (to === undefined) return requests.refuse(request, RPC.resourceNotFound, `Resource not found: ${String(uri)}`);
    passTo(request, to);
  };

  /** One server's own answer counts, page by page; while it is away its lists are as they were. */
  const toOnly = async (request: RpcRequest, only: Connection) => {
    const list = OTHER_LIST_NAMES.find((name) => OTHER_LISTS[name].method === request.method);
    if (list === undefined || request.params?.cursor !== undefined) return passTo(request, only);
    await only.settled(LIST_WAIT_MS);
    const ready = only.state.phase === "ready";
    if (ready && !lists.offers(only, OTHER_LISTS[list].capability)) return requests.answer(request, { [list]: [] });
    const last = ready ? undefined : lists.last(only, list);
    if (last !== undefined) return requests.answer(request, { [list]: last });
    const onReply = (reply: RpcReply) => {
      if (!("result" in reply) || reply.result.nextCursor !== undefined) return;
      const items = reply.result[list];
      if (Array.isArray(items)) lists.heard(only, list, items.filter(isObject));
    };
    requests.pass(request, only, { onReply });
  };

  return {
    async handle(request) {
      const all = servers().all();
      const [only] = all;
      if (all.length === 1 && only !== undefined) return toOnly(request, only);
      switch (request.method) {
        case "prompts/list":
          return requests.answer(request, { prompts: await merged.prompts(all) });
        case "resources/list":
          return requests.answer(request, { resources: await merged.resources(all) });
        case "resources/templates/list":
          return requests.answer(request, { resourceTemplates: await merged.templates(all) });
        case "tasks/list":
          return listTasks(request, all);
        case "tasks/get":
        case "tasks/result":
        case "tasks/cancel":
          return toTaskOwner(request);
        case "prompts/get":
        case "resources/read":
        case "resources/subscribe":
        case "resources/unsubscribe":
        case "completion/complete":
          return toOwner(request, all);
      }
      requests.refuse(request, RPC.methodNotFound, `Method not found: ${request.method}`);
    },
    setLevel(request) {
      level = request.params ?? {};
      const all = servers().all();
      const [only] = all;
      // One server's own answer counts, a refusal included.
      if (all.length === 1 && only !== undefined && withCapability(all, "logging").length === 1) {
        return requests.pass(request, only);
      }
      for (const connection of withCapability(all, "logging")) tell(connection, request.method, level);
      requests.answer(request, {});
    },
    repeatTo(connection) {
      lists.back(connection);
      if (level !== undefined && withCapability([connection], "logging").length === 1) {
        tell(connection, "logging/setLevel", level);
      }
      for (const uri of subscriptions.get(connection.name) ?? []) tell(connection, "resources/subscribe", { uri });
    },
  };
}

/** A request of the daemon's own whose answer nobody waits for. */
function tell(connection: Connection, method: string, params: JsonObject): void {
  connection.peer?.send(method, params, { reply() {}, lost() {} });
}
