/** Shows a session of the scripted daemon in the UI: a client brings its token, from then on the UI lists it. */

import type { EventDaemon } from "./event-daemon.ts";
import type { Product } from "./product.ts";
import { type Receiver, receive } from "./receiver.ts";

export interface Guest {
  id: string;
  /** Path of its page. */
  path: string;
  /** The client that brought it; it counts entries up to the target that was asked for. */
  client: Receiver;
}

export async function bringGuest(product: Product, daemon: EventDaemon, target: number): Promise<Guest> {
  const { session_id, token } = await daemon.createSession();
  const url = product.socket(`/ws/mcp/events?session_id=${session_id}&mcp_token=${token}`);
  const client = await receive(url, "entries", target, product.headers);
  for (let looked = 0; looked < 200; looked += 1) {
    const known = await product.request("GET", `/api/v1/sessions/${session_id}`);
    await known.body?.cancel();
    if (known.ok) return { id: session_id, path: `/session/${session_id}`, client };
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the gateway does not list the session that a client brought");
}
