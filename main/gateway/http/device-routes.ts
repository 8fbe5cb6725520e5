/** The routes of pairing and of the devices that were paired. */
import { failed } from "../../../shared/protocol/fault.ts";
import type { WaitingCodes } from "../../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../../shared/text/visible.ts";
import type { Log } from "../../home/create-log.ts";
import type { Devices } from "../auth/devices.ts";
import { type Identity, whoIs } from "../auth/identity.ts";
import type { Owner } from "../auth/owner.ts";
import type { Maker, Pairing } from "../auth/pairing.ts";
import { answer } from "./answer.ts";
import { handlers } from "./router.ts";

export interface AccessRoutesContext {
  devices: Devices;
  pairing: Pairing;
  owner: Owner;
  log: Log;
}

/** The devices, the codes that let one in, and the owner's own token. */
export function accessRoutes(parts: AccessRoutesContext) {
  const { devices } = parts;
  return handlers({
    "GET /api/v1/me": (context) => context.json(whoIs(context.env.identity, devices.list())),
    "GET /api/v1/devices": (context) =>
      context.json({ devices: devices.list().map(({ hash: _hash, ...shown }) => shown) }),
    "PATCH /api/v1/devices/:id": (context, { name, scope }) => {
      const change = { name: name === undefined ? undefined : oneLine(name, 80), scope };
      context.env.answersLast();
      return answer(context, devices.change(context.req.param("id"), change));
    },
    "DELETE /api/v1/devices/:id": (context) => {
      context.env.answersLast();
      return answer(context, devices.revoke(context.req.param("id")));
    },
    "POST /api/v1/pairing": (context, { scope, digits }) => {
      const maker = makerOf(context.env.identity);
      if (maker === undefined) return answer(context, NOT_A_MAKER);
      return context.json({ ...parts.pairing.invite({ scope, digits, maker }), scope }, 201);
    },
    "GET /api/v1/pairing": (context) => {
      const names = new Map(devices.list().map(({ id, name }) => [id, name]));
      const codes = parts.pairing.waiting().map(({ maker, ...shown }) => {
        const name = maker.kind === "device" ? names.get(maker.id) : undefined;
        return { ...shown, made_by: { ...maker, ...(name === undefined ? {} : { name }) } };
      });
      return context.json({ codes } satisfies { codes: WaitingCodes });
    },
    "DELETE /api/v1/pairing/:id": (context) => answer(context, parts.pairing.cancel(context.req.param("id"))),
    "POST /api/v1/token/rotate": (context) => {
      if (context.env.identity.kind !== "owner") {
        return answer(context, failed("owner-only", "Only the owner's token can be exchanged for a new one."));
      }
      context.env.answersLast();
      parts.log.info("the owner's token is replaced");
      return answer(context, parts.owner.rotate());
    },
    "POST /pair": (context) => {
      context.header("cache-control", "no-store");
      const code = context.req.header("x-pairing-code");
      if (code === undefined) return answer(context, failed("missing-code", "The header X-Pairing-Code is missing."));
      const redeemed = parts.pairing.redeem(code);
      if (!redeemed.ok) return answer(context, redeemed);
      const added = devices.add(deviceName(context.req.header("user-agent")), redeemed.value);
      if (!added.ok) return answer(context, added);
      const { device, token } = added.value;
      parts.log.info({ device: device.id, name: device.name, scope: device.scope }, "device paired");
      return context.json({ token, scope: device.scope });
    },
  });
}

const NOT_A_MAKER = failed("owner-only", "Only the owner and paired devices can pair another device.");

/** Undefined for a program: its token says what it may do, and no other token comes of it. */
function makerOf(identity: Identity): Maker | undefined {
  if (identity.kind === "owner") return { kind: "owner" };
  return identity.kind === "device" ? { kind: "device", id: identity.id } : undefined;
}

/** A first name that a person recognises: the browser and its system. */
function deviceName(agent = ""): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1] ?? "Client";
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const name = names[browser] ?? browser;
  return system === undefined ? name : `${name} on ${system === "Mac OS X" ? "macOS" : system}`;
}
