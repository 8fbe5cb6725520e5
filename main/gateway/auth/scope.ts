/** Owns what a device that may only watch is refused, and how a client is told who it is. Pure. */
import type { Me } from "../../../shared/protocol/access.ts";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import { accept, type Decision, refuse } from "./decide-door.ts";
import type { Identity } from "./decide-request.ts";
import type { Device } from "./devices.ts";

export const READ_ONLY: Fault = fault(
  "read-only",
  "This device may only watch.",
  "Change that under Settings, Devices, on one that may do more.",
);

export const mayOnlyWatch = (identity: Identity): boolean =>
  identity.kind === "device" && identity.scope === "read-only";

/** Nothing has a side effect on GET (protocol.md §5), so the method tells what acts. */
export function decideScope(identity: Identity, method: string): Decision<void> {
  if (!mayOnlyWatch(identity) || method === "GET" || method === "HEAD") return accept(undefined);
  return refuse(403, READ_ONLY.code, READ_ONLY.message, READ_ONLY.hint);
}

export function whoIs(identity: Identity, devices: readonly Device[]): Me {
  if (identity.kind === "owner") return { kind: "owner", scope: "full" };
  const { id, scope } = identity;
  const name = devices.find((device) => device.id === id)?.name;
  return { kind: "device", scope, id, ...(name === undefined ? {} : { name }) };
}
