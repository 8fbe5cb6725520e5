/**
 * Requests that their server answers only after the person has been at an address (MCP 2025-11-25, error -32042): where the agent
 * cannot ask for that, the inbox does, the request waits, and is made again.
 */
import { check, z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { isError, type JsonObject, type RpcReply, type RpcRequest } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection/connection.ts";
import { notCalled } from "./ask-first.ts";
import type { Elicitations } from "./elicitations.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface AddressFirstOptions {
  elicitations: Pick<Elicitations, "need">;
  requests: Pick<OpenRequests, "hold" | "holdOther" | "divert" | "refuse" | "waits">;
  /** The server's connection now, and why the tool may not be called now. */
  connection: (server: string) => Connection | undefined;
  whyNot: (tool: ToolOwner) => string | undefined;
}

/** Sees a server's answer: true when the request waits for a person, and `again` is called once they have been there. */
type SeesAnswer = (reply: RpcReply) => boolean;
type Again = (to: Connection) => void;

export interface AddressFirst {
  call(request: RpcRequest, tool: ToolOwner, params: JsonObject, again: Again): SeesAnswer;
  /** A request that is no tool call: a resource, a prompt, a completion. */
  other(request: RpcRequest, server: string, again: Again): SeesAnswer;
}

export const ADDRESS_NEEDED = -32042;

/** Addresses of one request. */
const MAX_ADDRESSES = 10;
const dataSchema = z.object({
  elicitations: z
    .array(z.object({ mode: z.literal("url"), url: z.string(), message: z.string(), elicitationId: z.string() }))
    .min(1)
    .max(MAX_ADDRESSES),
});

/** What differs between a tool call, which has a record and rules, and any other request. */
interface Held {
  request: RpcRequest;
  server: string;
  /** "call" or "request", for sentences. */
  noun: string;
  hold(withdraw: (reason: string | undefined) => void): void;
  /** Answers it without the server. */
  end(code: string, message: string): void;
  /** Why it may not be made now. */
  hidden(): string | undefined;
  again: Again;
}

export function createAddressFirst({ elicitations, requests, connection, whyNot }: AddressFirstOptions): AddressFirst {
  const first =
    ({ request, server, noun, hold, end, hidden, again }: Held): SeesAnswer =>
    (reply) => {
      if (!isError(reply) || reply.error.code !== ADDRESS_NEEDED) return false;
      const read = check(dataSchema, reply.error.data);
      if (!read.ok) return false;
      const withdraw = elicitations.need(server, read.value.elicitations, (how) => {
        if (!requests.waits(request)) return;
        const name = oneLine(server, 80);
        if (how === "refused")
          return end("declined-by-person", `The person declined to open what “${name}” asks for first.`);
        const to = connection(server);
        if (how === "gone" || to === undefined)
          return end("refused-server-gone", `“${name}” left while its ${noun} waited for a person.`);
        const why = hidden();
        if (why !== undefined)
          return end("refused-hidden", `The tool was hidden while its ${noun} waited for a person: ${why}.`);
        again(to);
      });
      if (withdraw === undefined) return false;
      hold(withdraw);
      return true;
    };
  return {
    call: (request, tool, params, again) =>
      first({
        request,
        server: tool.server,
        noun: "call",
        hold: (withdraw) =>
          requests.hold(request, tool, params, withdraw, "waits until a person has opened an address"),
        end: (code, message) =>
          requests.divert(request, tool, params, () => notCalled(code, `${message} The tool was not carried out.`)),
        hidden: () => whyNot(tool),
        again,
      }),
    other: (request, server, again) =>
      first({
        request,
        server,
        noun: "request",
        hold: (withdraw) => requests.holdOther(request, withdraw),
        end: (_code, message) => requests.refuse(request, ADDRESS_NEEDED, message),
        hidden: () => undefined,
        again,
      }),
  };
}
