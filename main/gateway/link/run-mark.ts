/** The mark of one run of a daemon that is not ours, kept where our own daemon's event ids are: whether its names of calls may repeat is told by it. */
import { createHash } from "node:crypto";
import type { Health } from "../../../shared/protocol/daemon-api.ts";

/** No event id begins so. */
const SIGN = "@";

/** Of what was recorded before there were marks: no run is the same. */
export const UNKNOWN_RUN = SIGN;

/** `session` is its id at the daemon: another session may name its calls alike. */
export function runMark({ pid, started_at }: Pick<Health, "pid" | "started_at">, session: string): string {
  const hash = createHash("sha256").update(JSON.stringify([pid ?? null, started_at ?? null, session]));
  return SIGN + hash.digest("hex").slice(0, 16);
}

export const isRunMark = (eventId: string | undefined): boolean => eventId?.startsWith(SIGN) === true;

/** The mark with the epoch of the daemon's event ids, where it sends ids of the form `<epoch>-<seq>`. */
export const withEpoch = (mark: string, epoch: string): string => `${runOf(mark)}:${epoch}`;
export const epochOf = (mark: string): string | undefined => mark.split(":")[1];

/** By process and session. The epoch is not known before the first event. */
export const isSameRun = (a: string, b: string): boolean => a !== UNKNOWN_RUN && runOf(a) === runOf(b);

const runOf = (mark: string): string => mark.split(":")[0] ?? mark;
