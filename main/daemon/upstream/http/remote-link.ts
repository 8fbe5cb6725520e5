/** Chooses the transport of a remote server: Streamable HTTP, and HTTP+SSE where that is refused (MCP 2025-11-25, transports, Backwards Compatibility). */
import { isRequest, type RpcId, type RpcMessage } from "../../rpc/message.ts";
import type { Link, LinkFault, LinkHandlers } from "../connection/link.ts";
import type { HttpServer } from "./http-calls.ts";
import { openHttpLink } from "./http-link.ts";
import { speaksOfTransport } from "./refusal.ts";
import { openSseLink } from "./sse-link.ts";

/** A server that refused Streamable HTTP gets this long to show that it speaks the older transport. */
const OLDER_MS = 10_000;

/** With `only`, that transport and no other. */
export function openRemoteLink(server: HttpServer, only: "sse" | undefined, handlers: LinkHandlers): Link {
  if (only === "sse") return openSseLink(server, handlers);
  let link: Link;
  let initialize: (RpcMessage & { id: RpcId }) | undefined;
  let newer: LinkFault | undefined;
  let closed = false;

  const older = (id: RpcId, fault: LinkFault) => {
    newer = fault;
    void link.close();
    link = openSseLink(
      server,
      {
        ...handlers,
        unanswered(lost, why) {
          // Nothing that it would take there either: what it said first tells more.
          const both = lost === id && newer !== undefined && why.signIn !== true && why.undelivered === true;
          handlers.unanswered(lost, both ? (newer ?? why) : why);
        },
        message(message, related) {
          newer = undefined;
          handlers.message(message, related);
        },
      },
      { endpointMs: OLDER_MS },
    );
    if (initialize !== undefined) void link.send(initialize);
  };
  link = openHttpLink(server, {
    ...handlers,
    unanswered(id, fault) {
      if (closed || id !== initialize?.id || !speaksOfTransport(fault)) return handlers.unanswered(id, fault);
      older(id, fault);
    },
  });
  return {
    start: () => link.start(),
    async send(message) {
      if (isRequest(message) && message.method === "initialize") initialize = message;
      await link.send(message);
    },
    ready(version) {
      initialize = undefined;
      link.ready(version);
    },
    said: () => link.said(),
    async close() {
      closed = true;
      await link.close();
    },
  };
}
