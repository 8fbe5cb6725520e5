/** Owns the routes of pairing and of the devices that were paired. */
import { type Context, Hono } from "hono";
import { failed, ok } from "../../../shared/protocol/fault.ts";
import { z } from "../../../shared/protocol/schema.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { answer, readBody } from "./answer.ts";
import type { RouteBindings } from "./http-server.ts";

const nameSchema = z.object({ name: z.string().min(1).max(80) });
const noSuchDevice = failed("no-such-device", "There is no such device.");

type Guarded = Context<{ Bindings: RouteBindings }>;

/** The devices, the codes that let one in, and the owner's own token: for clients that showed a token. */
export function accessRoutes(parts: GatewayParts): Hono {
  const { devices } = parts;
  const app = new Hono();
  app.get("/devices", (context) => context.json({ devices: devices.list().map(({ hash: _hash, ...shown }) => shown) }));
  app.patch("/devices/:id", async (context) => {
    const body = await readBody(context, nameSchema);
    if (!body.ok) return answer(context, body);
    return answer(
      context,
      devices.rename(context.req.param("id"), oneLine(body.value.name, 80)) ? ok({}) : noSuchDevice,
    );
  });
  app.delete("/devices/:id", (context) =>
    answer(context, devices.revoke(context.req.param("id")) ? ok({}) : noSuchDevice),
  );
  app.post("/pairing", async (context) => {
    const body = await readBody(context, z.object({}));
    if (!body.ok) return answer(context, body);
    const typed = parts.pairing.typedCode();
    return context.json({ link_code: parts.pairing.linkCode(), digits: typed.code, expires_at: typed.expires_at }, 201);
  });
  app.post("/token/rotate", async (context: Guarded) => {
    const body = await readBody(context, z.object({}));
    if (!body.ok) return answer(context, body);
    if (context.env.identity?.kind !== "owner") {
      return answer(context, failed("owner-only", "Only the owner's token can be exchanged for a new one."));
    }
    parts.log.info("the owner's token was replaced");
    return context.json({ token: parts.owner.rotate() });
  });
  return app;
}

/** `POST /pair` needs no token, only a code. */
export function pairRoute(app: Hono, parts: GatewayParts): void {
  app.post("/pair", (context: Guarded) => {
    context.header("cache-control", "no-store");
    const code = context.req.header("x-pairing-code");
    if (code === undefined) return answer(context, failed("missing-code", "The header X-Pairing-Code is missing."));
    const client = context.env.incoming.socket.remoteAddress ?? "unknown";
    const redeemed = parts.pairing.redeem(code, client);
    if (!redeemed.ok) return answer(context, redeemed);
    const { device, token } = parts.devices.add(deviceName(context.req.header("user-agent")));
    parts.log.info({ device: device.id, name: device.name }, "device paired");
    return context.json({ token });
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
