/** Decides when MCP sessions that nobody uses give their servers back; clients seldom say goodbye. */

/** What is asked of one, and done with it. */
export interface MaybeQuiet {
  /** A call runs, a stream is open, or a task has not ended. */
  readonly busy: boolean;
  /** Its servers are closed until something is asked of them. */
  readonly resting: boolean;
  /** Its reader hung up, and nothing came from it since. */
  readonly left: boolean;
  readonly session: { readonly id: string };
  rest(): void;
}

export interface QuietSessions<Agent> {
  /** Something came from this one, or the last thing that it waited for has ended: its time begins again. */
  note(agent: Agent): void;
  forget(agent: Agent): void;
  dispose(): void;
}

export interface QuietSessionsOptions {
  /** Milliseconds without a reader and without a running call after which its servers are closed. */
  idleMs: () => number;
  clock: () => number;
}

/** A reader that hung up is back within this time, or has left: clients come back after a second. */
const LEFT_MS = 5_000;
/** Quiet sessions that keep their servers, of one token and in all. Of more the longest unused gives them back. */
const MAX_QUIET_PER_BEARER = 4;
const MAX_QUIET = 16;
/** One that was quiet for less is perhaps between two calls. */
const BETWEEN_CALLS_MS = 1_000;
/** A timer of a clock that runs a little ahead would be set again and again. */
const MIN_DELAY_MS = 5;

export function createQuietSessions<Agent extends MaybeQuiet>(options: QuietSessionsOptions): QuietSessions<Agent> {
  const { idleMs, clock } = options;
  /** The longest unused first. */
  const since = new Map<Agent, number>();
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;

  const restart = (agent: Agent) => {
    since.delete(agent);
    since.set(agent, clock());
  };
  const lookAt = (at: number) => {
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(look, Math.max(MIN_DELAY_MS, at - clock()));
  };
  const timeOf = (agent: Agent) => Math.min(idleMs(), agent.left ? LEFT_MS : Number.POSITIVE_INFINITY);
  function look(): void {
    due = Number.POSITIVE_INFINITY;
    const now = clock();
    const quiet: { agent: Agent; from: number }[] = [];
    for (const [agent, from] of [...since]) {
      if (agent.resting) since.delete(agent);
      else if (agent.busy) restart(agent);
      else if (now - from >= timeOf(agent)) end(agent);
      else quiet.push({ agent, from });
    }
    const crowd = quiet.filter(({ from }) => now - from >= BETWEEN_CALLS_MS);
    const ofBearer = new Map<string, number>();
    // The last used first, so that those beyond the bounds are the longest unused.
    for (const [index, { agent }] of crowd.reverse().entries()) {
      const count = (ofBearer.get(agent.session.id) ?? 0) + 1;
      ofBearer.set(agent.session.id, count);
      if (count > MAX_QUIET_PER_BEARER || index >= MAX_QUIET) end(agent);
    }
    for (const [agent, from] of since) lookAt(nextLook(agent, from, now));
  }
  const end = (agent: Agent) => {
    since.delete(agent);
    agent.rest();
  };
  const nextLook = (agent: Agent, from: number, now: number) =>
    // Its last answer and its last reader are told; the end of a task is not.
    from + (!agent.busy && now - from < BETWEEN_CALLS_MS ? Math.min(BETWEEN_CALLS_MS, timeOf(agent)) : timeOf(agent));

  return {
    note(agent) {
      restart(agent);
      lookAt(clock() + Math.min(BETWEEN_CALLS_MS, timeOf(agent)));
    },
    forget: (agent) => void since.delete(agent),
    dispose() {
      clearTimeout(timer);
      since.clear();
    },
  };
}
