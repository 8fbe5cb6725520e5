/** What an agent of the stateless revision listens to (`subscriptions/listen`): each stream carries what it asked for, and nothing else. */
import type { ServerResponse } from "node:http";
import { check, lenient, z } from "../../../../shared/protocol/schema.ts";
import {
  errorOf,
  isObject,
  type JsonObject,
  notification,
  RPC,
  type RpcId,
  type RpcNotification,
  type RpcReply,
  type RpcRequest,
  resultOf,
} from "../../rpc/message.ts";
import { META } from "../../rpc/modern.ts";
import { createReplyStream, type ReplyStream } from "../reply-stream.ts";
import { modernResult } from "./modern-answers.ts";

/** Streams of one agent, and addresses of one stream. */
const MAX_LISTENERS = 64;
const MAX_URIS = 1_000;
/** A reader this far behind hears of a changed resource only once it has caught up. */
const BEHIND_BYTES = 1024 * 1024;

export interface Listeners {
  /** Gives why it does not take the request, as an answer. `capabilities` are those of the daemon and its servers. */
  open(response: ServerResponse, request: RpcRequest, capabilities: JsonObject): RpcReply | undefined;
  /** False for what nobody can listen to. */
  tell(message: RpcNotification): boolean;
  comment(text: string): void;
  readonly active: boolean;
  close(): void;
}

export interface ListenersOptions {
  /** A request of ours to the session, whose answer nobody needs. */
  ask: (method: string, params?: JsonObject) => void;
  serverInfo: () => JsonObject;
  onQuiet: () => void;
}

/** The list of a notification, and the field of the filter that asks for it. */
const LISTS = {
  "notifications/tools/list_changed": { filter: "toolsListChanged", capability: "tools" },
  "notifications/prompts/list_changed": { filter: "promptsListChanged", capability: "prompts" },
  "notifications/resources/list_changed": { filter: "resourcesListChanged", capability: "resources" },
} as const;
const UPDATED = "notifications/resources/updated";

const filterSchema = z.object({
  toolsListChanged: lenient(z.boolean()),
  promptsListChanged: lenient(z.boolean()),
  resourcesListChanged: lenient(z.boolean()),
  resourceSubscriptions: z.array(z.string()).max(MAX_URIS).optional(),
});

interface Listener {
  id: RpcId;
  stream: ReplyStream;
  response: ServerResponse;
  lists: ReadonlySet<string>;
  uris: ReadonlySet<string>;
  /** Changed while the reader was behind, by address. */
  waiting: Map<string, RpcNotification>;
}

export function createListeners({ ask, serverInfo, onQuiet }: ListenersOptions): Listeners {
  const open = new Set<Listener>();
  /** How many streams want to hear of an address. */
  const wanted = new Map<string, number>();

  const subscribe = (uris: ReadonlySet<string>) => {
    for (const uri of uris) {
      const before = wanted.get(uri) ?? 0;
      wanted.set(uri, before + 1);
      if (before === 0) ask("resources/subscribe", { uri });
    }
  };
  const unsubscribe = (uris: ReadonlySet<string>) => {
    for (const uri of uris) {
      const left = (wanted.get(uri) ?? 1) - 1;
      if (left > 0) wanted.set(uri, left);
      else {
        wanted.delete(uri);
        ask("resources/unsubscribe", { uri });
      }
    }
  };
  const stamped = ({ id }: Listener, message: RpcNotification): RpcNotification => {
    const meta = isObject(message.params?._meta) ? message.params._meta : {};
    return { ...message, params: { ...message.params, _meta: { ...meta, [META.subscriptionId]: id } } };
  };
  const update = (listener: Listener, uri: string, message: RpcNotification) => {
    const concerns = listener.uris.has(uri) || [...listener.uris].some((own) => uri.startsWith(`${own}/`));
    if (!concerns) return;
    if (listener.response.writableLength <= BEHIND_BYTES) return void listener.stream.send(stamped(listener, message));
    listener.waiting.delete(uri);
    listener.waiting.set(uri, message);
    const [oldest] = listener.waiting.keys();
    if (listener.waiting.size > MAX_URIS && oldest !== undefined) listener.waiting.delete(oldest);
  };

  return {
    open(response, request, capabilities) {
      const filter = check(filterSchema, request.params?.notifications);
      if (!filter.ok) return errorOf(request.id, RPC.invalidParams, `Invalid params: notifications: ${filter.reason}`);
      if (open.size >= MAX_LISTENERS) {
        return errorOf(request.id, RPC.internal, `This agent listens on ${MAX_LISTENERS} streams already`);
      }
      const can = (capability: string, what: string) => {
        const side = capabilities[capability];
        return isObject(side) && side[what] === true;
      };
      const lists = Object.entries(LISTS).filter(
        ([, { filter: field, capability }]) => filter.value[field] === true && can(capability, "listChanged"),
      );
      const uris = new Set(can("resources", "subscribe") ? (filter.value.resourceSubscriptions ?? []) : []);
      const honoured = {
        ...Object.fromEntries(lists.map(([, { filter: field }]) => [field, true])),
        ...(uris.size > 0 && { resourceSubscriptions: [...uris] }),
      };
      const stream = createReplyStream(undefined, false, () => {
        open.delete(listener);
        unsubscribe(uris);
        onQuiet();
      });
      const listener: Listener = {
        id: request.id,
        stream,
        response,
        lists: new Set(lists.map(([method]) => method)),
        uris,
        waiting: new Map(),
      };
      response.on("drain", () => {
        for (const message of listener.waiting.values()) stream.send(stamped(listener, message));
        listener.waiting.clear();
      });
      open.add(listener);
      stream.attach(response, {}, "");
      const acknowledged = { notifications: honoured };
      stream.send(stamped(listener, notification("notifications/subscriptions/acknowledged", acknowledged)));
      // A change is one of the list as it is now.
      if (listener.lists.has("notifications/tools/list_changed")) ask("tools/list");
      subscribe(uris);
      return undefined;
    },
    tell(message) {
      if (message.method === UPDATED) {
        const uri = message.params?.uri;
        if (typeof uri === "string") for (const listener of open) update(listener, uri, message);
        return true;
      }
      if (!Object.hasOwn(LISTS, message.method)) return false;
      for (const listener of open)
        if (listener.lists.has(message.method)) listener.stream.send(stamped(listener, message));
      return true;
    },
    comment(text) {
      for (const { stream } of open) stream.comment(text);
    },
    get active() {
      return open.size > 0;
    },
    close() {
      for (const { id, stream } of open) {
        const result = modernResult("", { _meta: { [META.subscriptionId]: id } }, serverInfo());
        stream.send(resultOf(id, result));
        stream.detach();
      }
      open.clear();
    },
  };
}
