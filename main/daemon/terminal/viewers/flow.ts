/** The decision when a viewer's backlog stops the program, and when the viewer is dropped instead. Pure: time comes as an argument. */
import { TERMINAL_HIGH_WATER_BYTES, TERMINAL_LOW_WATER_BYTES } from "../../../../shared/protocol/wire.ts";

/** A viewer that makes no progress for this long no longer stops the program. */
export const STALL_MS = 1_000;
/** How long a slow viewer may hold the others back at once, and which part of the time in the long run. */
export const HOLD_MS = 1_000;
export const HOLD_SHARE = 0.1;
/** What it has said may lie unread because this machine stood still: there is time to read it before it is dropped. */
export const LAST_LOOK_MS = 50;

/** Times are milliseconds of one steady clock. */
export interface Flow {
  /** Above the high watermark, and not yet below the low one. */
  blocked: boolean;
  /** When its backlog last became smaller, or it became blocked. */
  progressAt: number;
  backlog: number;
  /** Milliseconds for which it may still hold others back, as of `creditAt`. */
  credit: number;
  creditAt: number;
  /** Blocked while another viewer was not. */
  holding: boolean;
  /** When its patience was first seen to have ended, as long as that lasts. */
  overdueAt: number | undefined;
}

export function newFlow(now: number): Flow {
  return {
    blocked: false,
    progressAt: now,
    backlog: 0,
    credit: HOLD_MS,
    creditAt: now,
    holding: false,
    overdueAt: undefined,
  };
}

/** Takes the viewer's present backlog in bytes into account. */
export function updateBacklog(flow: Flow, backlog: number, now: number): void {
  if (backlog < flow.backlog) flow.progressAt = now;
  flow.backlog = backlog;
  if (!flow.blocked && backlog > TERMINAL_HIGH_WATER_BYTES) {
    flow.blocked = true;
    flow.progressAt = now;
  } else if (flow.blocked && backlog < TERMINAL_LOW_WATER_BYTES) {
    flow.blocked = false;
    flow.overdueAt = undefined;
  }
}

/** Spends or regains credit for the time since the last call, then notes whether the viewer holds others back from now on. */
export function updateHolding(flow: Flow, holding: boolean, now: number): void {
  const passed = now - flow.creditAt;
  flow.credit = flow.holding ? flow.credit - passed : Math.min(HOLD_MS, flow.credit + passed * HOLD_SHARE);
  flow.creditAt = now;
  flow.holding = holding;
}

/** Milliseconds until a blocked viewer has tried our patience; 0 or less when that time has come. */
export function patience(flow: Flow, now: number): number {
  const stall = flow.progressAt + STALL_MS - now;
  return flow.holding ? Math.min(stall, flow.credit) : stall;
}

/** Milliseconds until a blocked viewer must be dropped; 0 or less when that time has come. Notes what it sees. */
export function untilDropped(flow: Flow, now: number): number {
  const left = patience(flow, now);
  if (left > 0) {
    flow.overdueAt = undefined;
    return left;
  }
  flow.overdueAt ??= now;
  return flow.overdueAt + LAST_LOOK_MS - now;
}
