/** Owns the routes of pairing and of the devices that were paired. */
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { failed } from "../../../shared/protocol/fault.ts";
import { pairingRequestSchema, patchDeviceSchema } from "../../../shared/protocol/gateway-api.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import { whoIs } from "../auth/scope.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { answer, readBody } from "./answer.ts";
import type { Guarded } from "./http-server.ts";

/** The devices, the codes that let one in, and the owner's own token: for clients that showed a token. */
export function accessRoutes(parts: GatewayParts): Hono {
  const { devices } = parts;
  const app = new Hono();
  app.get("/me", (context: Guarded) => context.json(whoIs(context.env.identity, devices.list())));
  app.get("/devices", (context) => context.json({ devices: devices.list().map(({ hash: _hash, ...shown }) => shown) }));
  app.patch("/devices/:id", async (context) => {
    const body = await readBody(context, patchDeviceSchema);
    if (!body.ok) return answer(context, body);
    const { name, scope } = body.value;
    const change = { name: name === undefined ? undefined : oneLine(name, 80), scope };
    return answer(context, devices.change(context.req.param("id"), change));
  });
  app.delete("/devices/:id", (context) => answer(context, devices.revoke(context.req.param("id"))));
  app.post("/pairing", async (context) => {
    const body = await readBody(context, pairingRequestSchema);
    if (!body.ok) return answer(context, body);
    const { scope } = body.value;
    const { code: digits, expires_at } = parts.pairing.typedCode(scope);
    return context.json({ link_code: parts.pairing.linkCode(scope), digits, expires_at, scope }, 201);
  });
  app.post("/token/rotate", async (context: Guarded) => {
    const body = await readBody(context, z.object({}));
    if (!body.ok) return answer(context, body);
    if (context.env.identity.kind !== "owner") {
      return answer(context, failed("owner-only", "Only the owner's token can be exchanged for a new one."));
    }
    parts.log.info("the owner's token is replaced");
    return answer(context, parts.owner.rotate());
  });
  return app;
}

/** `POST /pair` needs no token, only a code. */
export function pairRoute(app: Hono, parts: GatewayParts): void {
  app.post("/pair", (context: Context<{ Bindings: HttpBindings }>) => {
    context.header("cache-control", "no-store");
    const code = context.req.header("x-pairing-code");
    if (code === undefined) return answer(context, failed("missing-code", "The header X-Pairing-Code is missing."));
    const client = context.env.incoming.socket.remoteAddress ?? "unknown";
    const redeemed = parts.pairing.redeem(code, client);
    if (!redeemed.ok) return answer(context, redeemed);
    const added = parts.devices.add(deviceName(context.req.header("user-agent")), redeemed.value);
    if (!added.ok) return answer(context, added);
    const { device, token } = added.value;
    parts.log.info({ device: device.id, name: device.name, scope: device.scope }, "device paired");
    return context.json({ token, scope: device.scope });
  });
}

/** A first name that a person recognises: the browser and its system. */
function deviceName(agent = ""): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1] ?? "Client";
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const name = names[browser] ?? browser;
  return system === undefined ? name : `${name} on ${system === "Mac OS X" ? "macOS" : system}`;
}
