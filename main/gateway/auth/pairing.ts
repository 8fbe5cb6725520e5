/** Owns the one-time codes by which a browser or device gets a token of its own, and the lock-out of those who guess. */
import { randomBytes, randomInt } from "node:crypto";
import type { Scope } from "../../../shared/protocol/access.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";

/** A typed code is short, so it lives short; one that rides in a link has 128 bits. */
const TYPED_LIFE_MS = 10 * 60_000;
const LINK_LIFE_MS = 24 * 3_600_000;
const MAX_FAILURES = 5;
const LOCK_MS = 300_000;
/** Codes and clients that are remembered at once; the oldest are forgotten first. */
const MAX_CODES = 100;
const MAX_CLIENTS = 1000;

export interface Pairing {
  /** 128 bits, for `#pair=<code>`. `scope` is what the device may do that uses it. */
  linkCode(scope: Scope): string;
  /** Six digits, for typing. */
  typedCode(scope: Scope): { code: string; expires_at: string };
  /** Uses a code up and gives its scope. `client` is the address that asks. Faults: `pairing-locked`, `wrong-code`. */
  redeem(code: string, client: string): Result<Scope>;
}

/** `now` in milliseconds, from a clock that only goes forward: a changed system clock neither unlocks nor expires anything. */
export function createPairing(now: () => number, wallClock: () => number): Pairing {
  const codes = new Map<string, { expires: number; scope: Scope }>();
  const clients = new Map<string, { failures: number; until: number }>();
  const issue = (code: string, life: number, scope: Scope) => {
    dropOldest(codes, MAX_CODES - 1);
    codes.set(code, { expires: now() + life, scope });
    return code;
  };
  return {
    linkCode: (scope) => issue(randomBytes(16).toString("hex"), LINK_LIFE_MS, scope),
    typedCode(scope) {
      const code = issue(String(randomInt(0, 1_000_000)).padStart(6, "0"), TYPED_LIFE_MS, scope);
      return { code, expires_at: new Date(wallClock() + TYPED_LIFE_MS).toISOString() };
    },
    redeem(code, client) {
      const record = clients.get(client) ?? { failures: 0, until: 0 };
      if (record.until > now()) {
        const seconds = Math.ceil((record.until - now()) / 1000);
        return failed("pairing-locked", `Too many wrong codes. Try again in ${seconds} s.`);
      }
      const known = codes.get(code);
      codes.delete(code);
      if (known !== undefined && known.expires > now()) {
        clients.delete(client);
        return ok(known.scope);
      }
      const failures = record.failures + 1;
      clients.delete(client);
      dropOldest(clients, MAX_CLIENTS - 1);
      clients.set(client, failures >= MAX_FAILURES ? { failures: 0, until: now() + LOCK_MS } : { failures, until: 0 });
      return failed(
        "wrong-code",
        "This code is wrong, used up or too old.",
        "Ask for a new one: run `signalbox serve`, or open Settings, Devices.",
      );
    },
  };
}

function dropOldest(map: Map<string, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
