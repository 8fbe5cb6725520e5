/** Which sessions ended because their daemon did, by a reboot, a crash or a stop: people may want to go on with all of them. */
import type { SessionView } from "../protocol/app-frames.ts";

/** Why the terminal of a session that somebody ended is gone: nobody misses it. */
export const ENDED_ON_PURPOSE = "its session was ended";

export const isInterrupted = ({ terminal }: Pick<SessionView, "terminal">): boolean =>
  terminal.state === "gone" && terminal.reason !== ENDED_ON_PURPOSE;

/** Those whose agents can go on with their conversations, and the others, which could only begin again. */
export function sortInterrupted(sessions: readonly SessionView[]): {
  resumable: SessionView[];
  others: SessionView[];
} {
  const all = sessions.filter(isInterrupted);
  return {
    resumable: all.filter((session) => session.resumable === true),
    others: all.filter((session) => session.resumable !== true),
  };
}
