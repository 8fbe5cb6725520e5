/** Makes the one-time codes by which a browser or device gets a token of its own, lists those that wait, and ends them. */
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Scope } from "../../../shared/protocol/access.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";

/** Digits are short, so they live short; a code that rides in a link has 128 bits. */
const DIGITS_LIFE_MS = 10 * 60_000;
const LINK_LIFE_MS = 24 * 3_600_000;
/** Wrong digits, whoever sends them from wherever, after which the digits that wait are void: one guess in 200,000. */
export const MAX_WRONG_DIGITS = 5;
/** Invitations that wait at once; the oldest is forgotten first. */
const MAX_WAITING = 100;
const DIGITS = /^\d{6}$/;

/** Who made a code. */
export type Maker = { kind: "owner" } | { kind: "device"; id: string };

export interface NewInvitation {
  /** What the device may do that uses it. */
  scope: Scope;
  maker: Maker;
  /** Whether there are six digits too, for typing. Ask for them only where a person did: they can be guessed. */
  digits: boolean;
}

/** What a maker is given, once. */
export interface Invitation {
  id: string;
  /** 128 bits, for `#pair=<code>`. */
  link_code: string;
  digits: string | undefined;
  /** When the digits end, or the link where there are none; ISO 8601. */
  expires_at: string;
}

/** An invitation that nobody has used yet, without its codes. */
export interface WaitingInvitation {
  id: string;
  scope: Scope;
  maker: Maker;
  made_at: string;
  /** When the link ends. */
  expires_at: string;
  /** Whether its digits are still good. */
  digits: boolean;
}

export interface Pairing {
  invite(invitation: NewInvitation): Invitation;
  /** Uses an invitation up, by its link or its digits, and gives what it allows. Faults: `wrong-code`, `digits-void`. */
  redeem(code: string): Result<Scope>;
  waiting(): WaitingInvitation[];
  /** Fault: `no-such-code`. */
  cancel(id: string): Result<void>;
  /** Ends all that these made: their own access has ended. */
  cancelOf(whose: (maker: Maker) => boolean): void;
  /** Called with the id of an invitation that was used, cancelled or forgotten. */
  onGone(listener: (id: string) => void): void;
}

export interface PairingOptions {
  /** Milliseconds, of a clock that only goes forward: a changed system clock ends nothing and revives nothing. */
  now: () => number;
  /** The wall clock, for what people read. */
  wallClock: () => number;
  /** What this maker may do now; undefined when it may do nothing any more. */
  scopeOf: (maker: Maker) => Scope | undefined;
}

interface Waiting extends Omit<WaitingInvitation, "digits"> {
  linkHash: string;
  until: number;
  digits: { code: string; until: number; wrong: number } | undefined;
}

export function createPairing({ now, wallClock, scopeOf }: PairingOptions): Pairing {
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<(id: string) => void>();
  /** Until then, who types the digits that were void hears why. */
  let voidUntil = Number.NEGATIVE_INFINITY;
  const iso = (life: number) => new Date(wallClock() + life).toISOString();

  function end(id: string): void {
    if (!waiting.delete(id)) return;
    for (const listener of listeners) listener(id);
  }

  function forgetOld(): void {
    for (const [id, { until }] of waiting) if (until <= now()) end(id);
    for (const item of waiting.values())
      if (item.digits !== undefined && item.digits.until <= now()) item.digits = undefined;
  }

  function freshDigits(): string {
    const taken = new Set([...waiting.values()].map(({ digits }) => digits?.code));
    for (;;) {
      const code = String(randomInt(0, 1_000_000)).padStart(6, "0");
      if (!taken.has(code)) return code;
    }
  }

  function use(item: Waiting): Result<Scope> {
    end(item.id);
    const most = scopeOf(item.maker);
    if (most === undefined) return WRONG;
    return ok(most === "full" ? item.scope : most);
  }

  /** All digits that wait share every wrong guess: each of them could have been meant. */
  function wrongDigits(): Result<Scope> {
    for (const item of waiting.values()) {
      if (item.digits === undefined) continue;
      item.digits.wrong += 1;
      if (item.digits.wrong < MAX_WRONG_DIGITS) continue;
      item.digits = undefined;
      voidUntil = now() + DIGITS_LIFE_MS;
    }
    return voidUntil > now() ? VOID : WRONG;
  }

  return {
    invite({ scope, maker, digits }) {
      forgetOld();
      for (const id of waiting.keys()) {
        if (waiting.size < MAX_WAITING) break;
        end(id);
      }
      const id = randomUUID();
      const link = randomBytes(16).toString("hex");
      const typed = digits ? { code: freshDigits(), until: now() + DIGITS_LIFE_MS, wrong: 0 } : undefined;
      if (typed !== undefined) voidUntil = Number.NEGATIVE_INFINITY;
      waiting.set(id, {
        id,
        scope,
        maker,
        made_at: iso(0),
        expires_at: iso(LINK_LIFE_MS),
        linkHash: hash(link),
        until: now() + LINK_LIFE_MS,
        digits: typed,
      });
      return { id, link_code: link, digits: typed?.code, expires_at: iso(digits ? DIGITS_LIFE_MS : LINK_LIFE_MS) };
    },
    redeem(code) {
      forgetOld();
      if (DIGITS.test(code)) {
        const meant = [...waiting.values()].find(({ digits }) => digits?.code === code);
        return meant === undefined ? wrongDigits() : use(meant);
      }
      // Hashed, so that the time of the comparison tells nothing.
      const given = hash(code);
      const meant = [...waiting.values()].find(({ linkHash }) => linkHash === given);
      return meant === undefined ? WRONG : use(meant);
    },
    waiting() {
      forgetOld();
      return [...waiting.values()].map(({ linkHash: _hash, until: _until, digits, ...shown }) => ({
        ...shown,
        digits: digits !== undefined,
      }));
    },
    cancel(id) {
      forgetOld();
      if (!waiting.has(id)) return failed("no-such-code", "This code was used, has expired or is void already.");
      end(id);
      return ok(undefined);
    },
    cancelOf(whose) {
      for (const { id, maker } of waiting.values()) if (whose(maker)) end(id);
    },
    onGone: (listener) => void listeners.add(listener),
  };
}

const hash = (code: string): string => createHash("sha256").update(code).digest("hex");

const WRONG = failed(
  "wrong-code",
  "This code is wrong, used up or too old.",
  "Ask for a new one on a device with full access, or run `signalbox serve`.",
);
const VOID = failed(
  "digits-void",
  "Too many wrong digits were tried, so the ones that were shown are void.",
  "Make new ones, or use a link: nobody can guess it.",
);
