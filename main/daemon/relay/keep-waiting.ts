/** Keeps an agent waiting for one call whose server is silent, and tells when the agent has given the call up all the same. */
import type { CallWait } from "../../../shared/protocol/call-wait.ts";
import { numberOf } from "../../../shared/text/exact-json.ts";
import { type JsonObject, notification, type RpcId, type RpcMessage } from "../rpc/message.ts";

/** A quarter of the shortest time of silence after which a known agent gives up (opencode, 60 s). */
export const STILL_RUNNING_MS = 15_000;

export interface KeepWaitingOptions {
  /** The agent's name for the progress of this call; without one it is told nothing. */
  token: RpcId | undefined;
  wait: CallWait | undefined;
  /** A server that is silent for longer than this many milliseconds is not spoken for any more. */
  longMs: number;
  send(message: RpcMessage): void;
  /** The agent has given the call up, so many milliseconds after it made it, and tells nobody. Called once at most. */
  gaveUp(afterMs: number): void;
}

export interface KeptWaiting {
  /** The agent was sent this report of the server's own. */
  heard(params: JsonObject): void;
  /** Milliseconds since the agent made the call. */
  readonly elapsedMs: number;
  end(): void;
}

/**
 * What is sent is no progress of the tool's: it has no total, and its number lies below what a server may begin with, or between
 * two that it sends (docs/decisions/0096-still-running.md).
 */
export function keepWaiting({ token, wait, longMs, send, gaveUp }: KeepWaitingOptions): KeptWaiting {
  const startedAt = performance.now();
  let heardAt = startedAt;
  let reportedAt = startedAt;
  let last: number | undefined;
  let said = 0;
  let timer: NodeJS.Timeout | undefined;
  const speaks = token !== undefined && wait?.keep_waiting !== false;

  const stillAt = () => (speaks && heardAt - reportedAt < longMs ? heardAt + STILL_RUNNING_MS : Infinity);
  const giveUpAt = () => {
    const limit = wait?.limit_ms === undefined ? Infinity : startedAt + wait.limit_ms;
    if (wait?.silence === undefined || token === undefined) return limit;
    const { after_ms, check_ms } = wait.silence;
    const looks = Math.floor((heardAt - startedAt + after_ms) / check_ms) + 1;
    return Math.min(limit, startedAt + looks * check_ms);
  };
  const look = () => {
    const now = performance.now();
    if (now >= giveUpAt()) return gaveUp(Math.round(giveUpAt() - startedAt));
    if (now >= stillAt()) {
      heardAt = now;
      said += 1;
      last = last === undefined ? undefined : nextUp(last);
      const message = `still running, ${Math.round((now - startedAt) / 1_000)} s`;
      send(notification("notifications/progress", { progressToken: token, progress: last ?? -1 / said, message }));
    }
    arm();
  };
  const arm = () => {
    const at = Math.min(stillAt(), giveUpAt());
    timer = at === Infinity ? undefined : setTimeout(look, Math.max(1, Math.ceil(at - performance.now())));
  };
  arm();

  return {
    heard(params) {
      heardAt = performance.now();
      reportedAt = heardAt;
      last = numberOf(params.progress) ?? last;
    },
    get elapsedMs() {
      return Math.round(performance.now() - startedAt);
    },
    end: () => clearTimeout(timer),
  };
}

/** The smallest number above this one. */
function nextUp(value: number): number {
  if (!Number.isFinite(value)) return value;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value === 0 ? 0 : value);
  const next = bits.getBigInt64(0) + (value < 0 ? -1n : 1n);
  bits.setBigInt64(0, next);
  return bits.getFloat64(0);
}
