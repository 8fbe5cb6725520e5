/** Resumes the sessions that ran when the daemon ended, once after the gateway's start, where the person's settings want that. */
import type { AppState, SessionView } from "../../../../shared/protocol/app-frames.ts";
import type { Result } from "../../../../shared/protocol/fault.ts";
import { sortInterrupted } from "../../../../shared/sessions/interrupted.ts";
import type { Log } from "../../../home/create-log.ts";

/** After this the daemon has said which sessions it has. What is interrupted later waits for its person. */
const SETTLING_MS = 30_000;

export interface ResumeAtStartOptions {
  app: () => AppState;
  /** Calls the listener after each change; gives a way to stop. */
  subscribe: (listener: () => void) => () => void;
  resume: (session: string) => Promise<Result<SessionView>>;
  log: Log;
  settlingMs?: number;
}

/** Gives a way to stop before the time is over. */
export function resumeAtStart({ app, subscribe, resume, log, settlingMs = SETTLING_MS }: ResumeAtStartOptions) {
  const tried = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const { daemon, sessions } = app();
    if (daemon.state !== "connected") return;
    timer ??= setTimeout(stop, settlingMs).unref();
    for (const { id } of sortInterrupted(sessions).resumable) {
      if (tried.has(id)) continue;
      // Also one that fails: a second attempt could only fail again, or run what the first one began.
      tried.add(id);
      void resume(id).then((resumed) => {
        if (resumed.ok) log.info({ session: id }, "a session that was interrupted is resumed");
        else log.warn({ session: id, reason: resumed.fault.message }, "a session could not be resumed");
      });
    }
  };
  const off = subscribe(look);
  function stop(): void {
    clearTimeout(timer);
    off();
  }
  look();
  return stop;
}
