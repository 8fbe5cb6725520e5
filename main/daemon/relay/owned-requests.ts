/** The requests about resources, prompts, completions and tasks: whose they are, and what a restarted server must be told again. */
import { isObject, type JsonObject, RPC, type RpcReply, type RpcRequest } from "../rpc/message.ts";
import { OTHER_LIST_NAMES, OTHER_LISTS } from "../upstream/catalogue/known.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import { tidyPage } from "../upstream/connection/tidy.ts";
import type { AddressFirst } from "./address-first.ts";
import type { ListWatches } from "./list-watch.ts";
import { createMergedLists, withCapability } from "./merged-lists.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { OtherLists } from "./other-lists.ts";
import type { SeenUris } from "./seen-uris.ts";
import type { SessionServers } from "./session-servers.ts";
import { type Tasks, taskIdOf } from "./tasks.ts";

/** Subscriptions of one server that are repeated when it is back; the oldest is forgotten first. Agents seldom take one back. */
const MAX_SUBSCRIPTIONS = 1_000;
/** A list waits this long for a server that is being connected, and is then given as it was last. */
const LIST_WAIT_MS = 5_000;

export interface OwnedRequests {
  /** Answers or passes on the request; one of an unknown method is refused. */
  handle(request: RpcRequest): Promise<void>;
  setLevel(request: RpcRequest): void;
  /** A server has (again) been initialised: repeats what the agent had asked of it. */
  repeatTo(connection: Connection): void;
}

export interface OwnedRequestsOptions {
  servers: () => SessionServers;
  requests: OpenRequests;
  tasks: Tasks;
  lists: OtherLists;
  watches: ListWatches;
  uris: SeenUris;
  /** Leads a person to the address that a server asks for first. */
  addressFirst: Pick<AddressFirst, "other">;
  /** A page of this server's tools (MCP Apps) is being read. */
  pageRead: (server: string) => void;
}

export function createOwnedRequests(options: OwnedRequestsOptions): OwnedRequests {
  const { servers, requests, tasks, lists, watches, uris, addressFirst } = options;
  const merged = createMergedLists(lists, uris);
  const subscriptions = new Map<string, Set<string>>();
  let level: JsonObject | undefined;

  const remember = (method: string, server: string, uri: unknown) => {
    if (typeof uri !== "string") return;
    const uris = subscriptions.get(server) ?? new Set();
    subscriptions.set(server, uris);
    if (method !== "resources/subscribe" && method !== "resources/unsubscribe") return;
    uris.delete(uri);
    if (method === "resources/subscribe") uris.add(uri);
    const [oldest] = uris;
    if (uris.size > MAX_SUBSCRIPTIONS && oldest !== undefined) uris.delete(oldest);
  };
  const passTo = (request: RpcRequest, to: Connection, params = request.params, others: Connection[] = []) => {
    const { method } = request;
    const uri = params?.uri;
    remember(method, to.name, uri);
    if (method === "resources/read" && typeof uri === "string" && uri.startsWith("ui://")) options.pageRead(to.name);
    const [next, ...rest] = others;
    const needsAddress = addressFirst.other(request, to.name, (now) => passTo(request, now, params, others));
    requests.pass(request, to, {
      params,
      onReply: (reply) => watchTask(request, to.name, reply),
      elsewhere(reply) {
        if (needsAddress(reply)) return true;
        if (next === undefined || !isNotFound(reply)) return false;
        passTo(request, next, params, rest);
        return true;
      },
    });
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
    if (request.method === "resources/unsubscribe" && typeof uri === "string") return unsubscribe(request, uri);
    const owners = typeof uri === "string" ? await merged.ownersOfUri(uri, all) : { servers: [], known: false };
    const [to, ...rest] = owners.servers.flatMap((name) => servers().get(name) ?? []);
    if (to === undefined) return notFound(request, uri);
    await Promise.all(rest.map(({ name }) => servers().reach(name)));
    const others = rest.filter(({ state }) => state.phase === "ready");
    passTo(request, to, params, others);
    // Servers say yes to addresses that they do not know. Where nothing tells whose it is, all of them are told.
    if (request.method !== "resources/subscribe") return;
    for (const other of others) {
      remember(request.method, other.name, uri);
      tell(other, request.method, params ?? {});
    }
  };
  /** Goes to whoever was told of the subscription. */
  const unsubscribe = (request: RpcRequest, uri: string) => {
    const names = [...subscriptions].filter(([, uris]) => uris.has(uri)).map(([name]) => name);
    const [to, ...others] = names.flatMap((name) => servers().get(name) ?? []);
    if (to === undefined) return notFound(request, uri);
    for (const other of others) {
      remember(request.method, other.name, uri);
      tell(other, request.method, { uri });
    }
    passTo(request, to);
  };
  const notFound = (request: RpcRequest, uri: unknown) =>
    requests.refuse(request, RPC.resourceNotFound, `Resource not found: ${String(uri)}`);

  /** One server's own answer counts, page by page; while it is away its lists are as they were. */
  const toOnly = async (request: RpcRequest, only: Connection) => {
    const list = OTHER_LIST_NAMES.find((name) => OTHER_LISTS[name].method === request.method);
    if (list === undefined) return passTo(request, only);
    const adapt = (reply: RpcReply): RpcReply =>
      "result" in reply ? { ...reply, result: tidyPage(reply.result, list) } : reply;
    if (request.params?.cursor !== undefined) return requests.pass(request, only, { adapt });
    await only.settled(LIST_WAIT_MS);
    const ready = only.state.phase === "ready";
    if (ready && !lists.offers(only, OTHER_LISTS[list].capability)) return requests.answer(request, { [list]: [] });
    const last = ready ? undefined : lists.last(only, list);
    if (last !== undefined) return requests.answer(request, { [list]: last });
    const read = ready ? watches.of(only.name, OTHER_LISTS[list].capability).reading(list) : () => {};
    const onReply = (reply: RpcReply) => {
      if (!("result" in reply)) return;
      const items = reply.result[list];
      read(JSON.stringify(items));
      if (reply.result.nextCursor !== undefined) return;
      if (Array.isArray(items)) lists.heard(only, list, items.filter(isObject));
    };
    requests.pass(request, only, { onReply, adapt, onEnd: () => read(undefined) });
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

/** A server does not know the resource, in the codes and words that servers have for it. */
function isNotFound(reply: RpcReply): boolean {
  if (!("error" in reply)) return false;
  const { code, message } = reply.error;
  return code === RPC.resourceNotFound || code === RPC.invalidParams || /not found|unknown|no such/i.test(message);
}

/** A request of the daemon's own whose answer nobody waits for. */
function tell(connection: Connection, method: string, params: JsonObject): void {
  connection.peer?.send(method, params, { reply() {}, lost() {} });
}
