/** Decides first of all whether a request or upgrade is meant for us and comes from nowhere else: Host and Origin. Pure. */
import { type Fault, fault } from "../../shared/protocol/fault.ts";
import { type RawHeaders, valuesOf } from "./hop-headers.ts";

export interface DoorFacts {
  /** The request target as it stands in the request line. */
  target: string;
  /** Every `Host` header as it came. */
  hosts: readonly string[];
  /** Every `Origin` header as it came. */
  origins: readonly string[];
}

export interface DoorRules {
  /** Port that we listen on. */
  port: number;
  /** Origins beside our own, exactly as a browser writes them. */
  allowedOrigins: readonly string[];
}

export type Refusal = { status: number; fault: Fault };
export type Decision<T> = { accept: true; value: T } | { accept: false; refusal: Refusal };

export const accept = <T>(value: T): Decision<T> => ({ accept: true, value });
export const refuse = (status: number, code: string, message: string, hint?: string) =>
  ({ accept: false, refusal: { status, fault: fault(code, message, hint) } }) as const;

/** From the raw headers: duplicates are facts, too. */
export const doorFacts = (target: string | undefined, raw: RawHeaders): DoorFacts => ({
  target: target ?? "/",
  hosts: valuesOf(raw, "host"),
  origins: valuesOf(raw, "origin"),
});

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
  // A host's name has no case (RFC 9110 §4.2.3); everything else of it must be as we write it.
  if (!NAMES.some((name) => host.toLowerCase() === `${name}:${rules.port}`)) {
    return refuse(
      421,
      "foreign-host",
      "Signalbox is not served at this address.",
      `It is at http://127.0.0.1:${rules.port}.`,
    );
  }
  if (facts.origins.length > 1) return refuse(403, "foreign-origin", "Pages of other origins may not connect.");
  const [origin] = facts.origins;
  if (origin === undefined || NAMES.some((name) => origin === `http://${name}:${rules.port}`)) return accept(undefined);
  if (rules.allowedOrigins.includes(origin)) return accept(undefined);
  return refuse(403, "foreign-origin", "Pages of other origins may not connect.");
}
