/** The routes by which agents on other machines use the clients that are connected here. */
import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { offeredCallSchema } from "../../../shared/protocol/client-offers.ts";
import { fault } from "../../../shared/protocol/fault.ts";
import { parseExactJson } from "../../../shared/protocol/schema.ts";
import type { ClientRoom } from "../clients/client-room.ts";
import { readBody } from "./read-body.ts";
import { type Env, refuse } from "./route-kit.ts";

export interface OfferRoutesContext {
  clientRoom: ClientRoom;
}

const MAX_CALL_BYTES = 32 * 1024 * 1024;
/** A line at least this often, so that whoever waits knows that somebody is there; milliseconds. */
const STILL_MS = 10_000;

export function addOfferRoutes(app: Hono<Env>, { clientRoom }: OfferRoutesContext): void {
  app.get("/client-offers", (c) => c.json({ clients: clientRoom.offers() }));
  app.post("/client-offers/:id/call", async (c) => {
    const text = await readBody(c.env.incoming, MAX_CALL_BYTES);
    if (text === undefined) return refuse(c, 413, fault("body-too-large", "The call is too large."));
    const call = parseExactJson(offeredCallSchema, text);
    if (!call.ok) return refuse(c, 400, fault("bad-request", `The call is not as expected: ${call.reason}`));
    run(clientRoom, c.req.param("id"), call.value, c.env.outgoing as ServerResponse);
    return RESPONSE_ALREADY_SENT;
  });
}

function run(room: ClientRoom, id: string, call: Parameters<ClientRoom["run"]>[1], response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  response.flushHeaders();
  const still = setInterval(() => response.write("\n"), STILL_MS);
  let over = false;
  const task = room.run(id, call, {
    progress: (progress) => void (over || response.write(`${JSON.stringify({ progress })}\n`)),
    end(end) {
      over = true;
      clearInterval(still);
      response.end(`${JSON.stringify({ end })}\n`);
    },
  });
  response.on("close", () => {
    clearInterval(still);
    if (!over) task?.cancel("the agent, or its machine, waits no more");
    over = true;
  });
}
