/**
 * Calls that their server makes only after the person has been at an address (MCP 2025-11-25, error -32042): where the agent cannot
 * ask for that, the inbox does, the call waits, and is made again.
 */
import { check, z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { isError, type JsonObject, type RpcReply, type RpcRequest } from "../rpc/message.ts";
import type { Connection } from "../upstream/connection.ts";
import { notCalled } from "./ask-first.ts";
import type { Elicitations } from "./elicitations.ts";
import type { OpenRequests } from "./open-requests.ts";
import type { ToolOwner } from "./tool-menu.ts";

export interface AddressFirstOptions {
  elicitations: Pick<Elicitations, "need">;
  requests: Pick<OpenRequests, "hold" | "divert" | "waits">;
  /** The server's connection now, and why the tool may not be called now. */
  connection: (server: string) => Connection | undefined;
  whyNot: (tool: ToolOwner) => string | undefined;
}

/** Sees the server's answer: true when the call waits for a person, and `again` is called once they have been there. */
export type AddressFirst = (
  request: RpcRequest,
  tool: ToolOwner,
  params: JsonObject,
  again: (to: Connection) => void,
) => (reply: RpcReply) => boolean;

export const ADDRESS_NEEDED = -32042;

/** Addresses of one call. */
const MAX_ADDRESSES = 10;
const dataSchema = z.object({
  elicitations: z
    .array(z.object({ mode: z.literal("url"), url: z.string(), message: z.string(), elicitationId: z.string() }))
    .min(1)
    .max(MAX_ADDRESSES),
});

export function createAddressFirst({ elicitations, requests, connection, whyNot }: AddressFirstOptions): AddressFirst {
  return (request, tool, params, again) => (reply) => {
    if (!isError(reply) || reply.error.code !== ADDRESS_NEEDED) return false;
    const read = check(dataSchema, reply.error.data);
    if (!read.ok) return false;
    const { server } = tool;
    const end = (code: string, message: string) =>
      requests.divert(request, tool, params, () => notCalled(code, `${message} The tool was not carried out.`));
    const withdraw = elicitations.need(server, read.value.elicitations, (how) => {
      if (!requests.waits(request)) return;
      const name = oneLine(server, 80);
      if (how === "refused")
        return end("declined-by-person", `The person declined to open what “${name}” asks for first.`);
      const to = connection(server);
      if (how === "gone" || to === undefined)
        return end("refused-server-gone", `“${name}” left while its call waited for a person.`);
      const hidden = whyNot(tool);
      if (hidden !== undefined)
        return end("refused-hidden", `The tool was hidden while its call waited for a person: ${hidden}.`);
      again(to);
    });
    if (withdraw === undefined) return false;
    requests.hold(request, tool, params, withdraw, "waits until a person has opened an address");
    return true;
  };
}
