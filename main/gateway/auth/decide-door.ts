/** Owns the first check of every request and upgrade, before anything is read of it: Host and Origin. Pure. */
import { type Fault, fault } from "../../../shared/protocol/fault.ts";

export interface DoorFacts {
  /** The request target as it stands in the request line. */
  target: string;
  /** Every `Host` header as it came. */
  hosts: readonly string[];
  /** Every `Origin` header as it came. */
  origins: readonly string[];
}

export interface DoorRules {
  /** Port that the gateway listens on. */
  port: number;
  /** Origins beside the gateway's own, exactly as a browser writes them. */
  allowedOrigins: readonly string[];
}

export type Refusal = { status: number; fault: Fault };
export type Decision<T> = { accept: true; value: T } | { accept: false; refusal: Refusal };

export const accept = <T>(value: T): Decision<T> => ({ accept: true, value });
export const refuse = (status: number, code: string, message: string, hint?: string) =>
  ({ accept: false, refusal: { status, fault: fault(code, message, hint) } }) as const;

const NAMES = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Host must be our own (421, RFC 9110 §15.5.20: a rebound DNS name must not reach us) and a present Origin exactly ours
 * or an allowed one (403). An absent Origin passes here: programs send none, and every browser does where it matters.
 */
export function decideDoor(facts: DoorFacts, rules: DoorRules): Decision<void> {
  if (!facts.target.startsWith("/")) return refuse(400, "bad-target", "The request target must be a path.");
  const [host] = facts.hosts;
  if (host === undefined || facts.hosts.length > 1)
    return refuse(400, "bad-host", "Exactly one Host header is needed.");
  if (!NAMES.some((name) => host === `${name}:${rules.port}`)) {
    return refuse(421, "foreign-host", "This address is not served here.");
  }
  if (facts.origins.length > 1) return refuse(403, "foreign-origin", "Pages of other origins may not connect.");
  const [origin] = facts.origins;
  if (origin === undefined || NAMES.some((name) => origin === `http://${name}:${rules.port}`)) return accept(undefined);
  if (rules.allowedOrigins.includes(origin)) return accept(undefined);
  return refuse(403, "foreign-origin", "Pages of other origins may not connect.");
}
