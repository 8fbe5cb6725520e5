/** A link that can only be made once something else is known. */
import type { Link, LinkHandlers, OpenLink } from "./link.ts";

/** Waits with `start()` for what opens the link. Closed before that, it never starts anything. */
export function deferLink(opener: () => Promise<OpenLink>, handlers: LinkHandlers): Link {
  let link: Link | undefined;
  let closed = false;
  return {
    async start() {
      const open = await opener();
      if (closed) return { reason: "was closed", undelivered: true };
      link = open(handlers);
      return link.start();
    },
    send: async (message) => link?.send(message),
    ready: (version) => link?.ready(version),
    said: () => link?.said() ?? "",
    async close() {
      closed = true;
      await link?.close();
    },
  };
}
