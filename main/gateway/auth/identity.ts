/** Who a client is, by its token, and what it may do. Pure. */
import {
  allows,
  CAPABILITIES_OF,
  type Capability,
  type Me,
  type Need,
  type Scope,
} from "../../../shared/protocol/access.ts";
import { type Fault, fault } from "../../../shared/protocol/fault.ts";
import { type Refusal, refuse } from "../../wire/decide-door.ts";

export type Identity =
  | { kind: "owner" }
  | { kind: "device"; id: string; scope: Scope }
  /** A program with a token of its own, which opens what it names and nothing else. */
  | { kind: "client"; id: string; capabilities: readonly Capability[] };

export function capabilitiesOf(identity: Identity): readonly Capability[] {
  switch (identity.kind) {
    case "owner":
      return CAPABILITIES_OF.full;
    case "device":
      return CAPABILITIES_OF[identity.scope];
    case "client":
      return identity.capabilities;
  }
}

/** `undefined` is a client that showed no token. */
export const may = (identity: Identity | undefined, need: Need): boolean =>
  allows(identity && capabilitiesOf(identity), need);

/** What whoever may only watch is told. */
export const READ_ONLY: Fault = fault(
  "read-only",
  "This device has view-only access.",
  "A device with full access can change that.",
);

/** Undefined when the client may; otherwise its refusal. */
export function refusalOf(identity: Identity, need: Need): Refusal | undefined {
  if (may(identity, need)) return undefined;
  if (need === "act" && may(identity, "view"))
    return refuse(403, READ_ONLY.code, READ_ONLY.message, READ_ONLY.hint).refusal;
  return refuse(403, "not-allowed", "This token is not good for this.", "Use a token that may do it.").refusal;
}

/** `names`: those that have one, by their ids. */
export function whoIs(identity: Identity, names: readonly { id: string; name: string }[]): Me {
  const capabilities = [...capabilitiesOf(identity)];
  const scope = may(identity, "act") ? "full" : "read-only";
  if (identity.kind === "owner") return { kind: "owner", scope, capabilities };
  const name = names.find(({ id }) => id === identity.id)?.name;
  return { kind: identity.kind, scope, capabilities, id: identity.id, ...(name === undefined ? {} : { name }) };
}
