/** What servers ask of the person (MCP elicitation): asked in the inbox where the agent cannot ask it, shown there where it can. */

import { readForm } from "../../../shared/inbox/read-form.ts";
import { decideExternal } from "../../../shared/links/decide-external.ts";
import type { Asked, Inbox } from "../inbox/inbox.ts";
import {
  errorOf,
  isObject,
  type JsonObject,
  RPC,
  type RpcId,
  type RpcReply,
  type RpcRequest,
  resultOf,
} from "../rpc/message.ts";
import { shownId } from "../rpc/rpc-id.ts";

export const ELICIT = "elicitation/create";

/** Who asks, and where its answer goes. */
interface From {
  readonly name: string;
  answer(reply: RpcReply): void;
}

export interface Elicitations {
  /** Asks the person where the agent cannot; false where the agent is to be asked. */
  ask(from: From, message: RpcRequest): boolean;
  /** The agent is asked: the inbox shows it. Gives what to call when it has answered. */
  show(from: From, message: RpcRequest): () => void;
  /**
   * A server makes a call only after a person has been at these addresses; `done` is called once. Gives a way to take it back, or
   * undefined where the agent asks its person itself, or a person cannot be asked.
   */
  need(
    server: string,
    addresses: readonly Address[],
    done: (how: "opened" | "refused" | "gone") => void,
  ): ((why: string | undefined) => void) | undefined;
  /** The server says that what it asked for at an address is done; false where the agent is to be told. */
  completed(server: string, elicitationId: unknown): boolean;
  /** The server takes its request back; false when it is none that waits here. */
  withdraw(server: string, id: unknown): boolean;
  gone(server: string): void;
  close(): void;
}

export interface ElicitationsOptions {
  session: string;
  inbox: Pick<Inbox, "ask">;
  /** What the agent said that it can do. */
  capabilities: JsonObject;
}

export interface Address {
  url: string;
  message: string;
  elicitationId: string;
}

interface Open {
  server: string;
  /** Absent where no request of its own asks. */
  id?: RpcId;
  /** Of an address. */
  elicitationId?: string;
  asked: Asked;
  /** What was asked for is done, or nobody will answer it. */
  completed?: () => void;
  gone?: () => void;
  /** The agent answers it. */
  shown: boolean;
}

export function createElicitations({ session, inbox, capabilities }: ElicitationsOptions): Elicitations {
  const can = modesOf(capabilities);
  const open = new Set<Open>();

  const entryOf = (from: From, params: JsonObject) => ({
    kind: "elicitation" as const,
    session,
    from: from.name,
    server: from.name,
    text: typeof params.message === "string" ? params.message : "",
    ...(params.mode === "url" ? { url: String(params.url) } : { schema: schemaOf(params) }),
  });

  return {
    ask(from, { id, params = {} }) {
      if (params.mode === "url" ? can.url : can.form) return false;
      const why = whyNot(params);
      if (why !== undefined) {
        from.answer(errorOf(id, RPC.invalidParams, why));
        return true;
      }
      const asked = inbox.ask(entryOf(from, params), ({ action, content }) => {
        open.delete(item);
        from.answer(resultOf(id, { action, ...(isObject(content) && { content }) }));
      });
      if (!asked.ok) {
        from.answer(errorOf(id, RPC.internal, asked.fault.message));
        return true;
      }
      const item: Open = {
        server: from.name,
        id,
        asked: asked.value,
        shown: false,
        ...(typeof params.elicitationId === "string" && { elicitationId: params.elicitationId }),
        completed: () => from.answer(resultOf(id, { action: "accept" })),
      };
      open.add(item);
      return true;
    },
    need(server, addresses, done) {
      if (can.url || addresses.some(({ url }) => whyNot({ mode: "url", url }) !== undefined)) return undefined;
      const items = new Set<Open>();
      const takeBack = (why: string) => {
        for (const item of items) {
          open.delete(item);
          item.asked.withdraw(why);
        }
        items.clear();
      };
      let over = false;
      const finish = (how: "opened" | "refused" | "gone", why: string) => {
        if (over) return;
        over = true;
        takeBack(why);
        done(how);
      };
      for (const { url, message: text, elicitationId } of addresses) {
        const opened = () => {
          items.delete(item);
          open.delete(item);
          if (items.size === 0) finish("opened", "");
        };
        const asked = inbox.ask({ kind: "elicitation", session, from: server, server, text, url }, ({ action }) => {
          if (action === "accept") opened();
          else {
            items.delete(item);
            open.delete(item);
            finish("refused", "another address of the same call was declined");
          }
        });
        if (!asked.ok) {
          takeBack("the person cannot be asked for all of them");
          return undefined;
        }
        const item: Open = {
          server,
          elicitationId,
          asked: asked.value,
          shown: false,
          completed: opened,
          gone: () => finish("gone", "the server is gone"),
        };
        items.add(item);
        open.add(item);
      }
      return (why) => {
        over = true;
        takeBack(why ?? "the agent stopped waiting");
      };
    },
    completed(server, elicitationId) {
      if (can.url) return false;
      const item = [...open].find((one) => one.server === server && one.elicitationId === elicitationId);
      if (item === undefined || elicitationId === undefined) return true;
      open.delete(item);
      item.asked.answeredElsewhere(server);
      item.completed?.();
      return true;
    },
    show(from, { id, params = {} }) {
      // What it holds is the agent's to judge.
      const asked = inbox.ask({ ...entryOf(from, params), answer_at: "agent" }, () => {});
      if (!asked.ok) return () => {};
      const item: Open = { server: from.name, id, asked: asked.value, shown: true };
      open.add(item);
      return () => {
        open.delete(item);
        asked.value.answeredElsewhere("the agent");
      };
    },
    withdraw(server, id) {
      const item = [...open].find((one) => one.server === server && one.id !== undefined && sameShown(one.id, id));
      if (item === undefined) return false;
      open.delete(item);
      item.asked.withdraw("the server took its question back");
      return !item.shown;
    },
    gone(server) {
      for (const item of [...open].filter((one) => one.server === server)) {
        open.delete(item);
        item.asked.withdraw("the server is gone");
        item.gone?.();
      }
    },
    close() {
      for (const item of open) item.asked.withdraw("the agent has left");
      open.clear();
    },
  };
}

/** What servers are told that their client can do: what the agent can, and to ask a person. */
export function withElicitation(capabilities: JsonObject, protocolVersion: string): JsonObject {
  if (protocolVersion < "2025-06-18") return capabilities;
  const given = isObject(capabilities.elicitation) ? capabilities.elicitation : {};
  const modes = protocolVersion < "2025-11-25" ? given : { ...given, form: given.form ?? {}, url: given.url ?? {} };
  return { ...capabilities, elicitation: modes };
}

/** An empty capability means forms (MCP 2025-11-25, elicitation). */
function modesOf({ elicitation }: JsonObject): { form: boolean; url: boolean } {
  if (!isObject(elicitation)) return { form: false, url: false };
  const url = isObject(elicitation.url);
  return { form: isObject(elicitation.form) || !url, url };
}

function whyNot(params: JsonObject): string | undefined {
  if (params.mode === "url") {
    const external = typeof params.url === "string" && decideExternal(params.url, URL.parse).open;
    return external ? undefined : "url must be an http or https address.";
  }
  if (params.mode !== undefined && params.mode !== "form")
    return `The mode ${String(params.mode)} is not offered here.`;
  const form = readForm(params.requestedSchema);
  return form.ok ? undefined : `requestedSchema is no form that a person can be shown: ${form.reason}`;
}

const schemaOf = ({ requestedSchema }: JsonObject): JsonObject | undefined =>
  isObject(requestedSchema) ? requestedSchema : undefined;

const sameShown = (one: RpcId, other: unknown): boolean =>
  one === other ||
  (typeof other === "number" || typeof other === "string" ? String(shownId(one)) === String(other) : false);
