/** The routes of client tokens: who may execute tools for agents. */
import type { Hono } from "hono";
import { newClientTokenSchema, patchClientTokenSchema } from "../../../shared/protocol/client-tools.ts";
import type { ClientRoom } from "../clients/client-room.ts";
import type { ClientTokens } from "../clients/client-tokens.ts";
import { type Env, readJson, refuse } from "./route-kit.ts";

export interface ClientRoutesContext {
  clients: ClientTokens;
  clientRoom: ClientRoom;
}

const STATUS: Readonly<Record<string, 404 | 409 | 422 | 500>> = {
  "no-such-client": 404,
  "too-many-clients": 409,
  "invalid-tools": 422,
  "clients-unwritable": 500,
};

export function addClientRoutes(app: Hono<Env>, { clients, clientRoom }: ClientRoutesContext): void {
  app.get("/client-tokens", (c) => c.json({ clients: clientRoom.list() }));
  app.post("/client-tokens", async (c) => {
    const request = await readJson(c, newClientTokenSchema);
    if (!request.ok) return request.response;
    const made = await clients.add(request.value, clientRoom.checks);
    if (!made.ok) return refuse(c, STATUS[made.fault.code] ?? 500, made.fault);
    return c.json({ id: made.value.client.id, token: made.value.token }, 201);
  });
  app.patch("/client-tokens/:id", async (c) => {
    const request = await readJson(c, patchClientTokenSchema);
    if (!request.ok) return request.response;
    const done = clients.rename(c.req.param("id"), request.value.name);
    return done.ok ? c.body(null, 204) : refuse(c, STATUS[done.fault.code] ?? 500, done.fault);
  });
  app.delete("/client-tokens/:id", (c) => {
    const done = clients.remove(c.req.param("id"));
    return done.ok ? c.body(null, 204) : refuse(c, STATUS[done.fault.code] ?? 500, done.fault);
  });
}
