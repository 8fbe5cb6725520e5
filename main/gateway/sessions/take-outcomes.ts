/** Takes from the daemon what became of kept writes without an event stream, and puts it into the history of their sessions. */
import { toolEventSchema } from "../../../shared/events/tool-event.ts";
import type { OutcomesResponse } from "../../../shared/protocol/outbox-api.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import type { Journal } from "../journal/open-journal.ts";
import type { DaemonClient } from "../link/daemon-client.ts";
import type { LiveSession } from "./live-session.ts";

type Outcome = OutcomesResponse["outcomes"][number];

export interface TakeOutcomesOptions {
  /** Our own daemon, while it is connected. */
  client: () => Pick<DaemonClient, "outcomes" | "tookOutcome"> | undefined;
  journal: () => Pick<Journal, "calls" | "settled">;
  byDaemonId: (id: string) => LiveSession | undefined;
  /** Puts an event into a session's log, under its number where it has one. */
  tell: (session: LiveSession, event: string, seq: number | undefined) => void;
}

/**
 * Gives a function to be called when the daemon says that it has outcomes. It asks until there are none, and says of each
 * that it was taken once that is on the disk. A request that fails is made again when the daemon next speaks of them.
 */
export function createTakeOutcomes(options: TakeOutcomesOptions): () => Promise<void> {
  const { client, journal, byDaemonId, tell } = options;
  let busy: Promise<void> | undefined;
  let again = false;

  async function take(session: LiveSession, outcomes: readonly Outcome[]): Promise<void> {
    const states = new Map<string, string>();
    for (const text of await journal().calls(session.record.id)) {
      const call = parseJson(callSchema, text);
      if (call.ok) states.set(call.value.id, call.value.state);
    }
    for (const outcome of outcomes) {
      const event = parseJson(toolEventSchema, outcome.event);
      // Its event came in time after all, or this was taken before and the daemon did not hear of it.
      if (event.ok && states.get(outcome.call) !== event.value.kind) tell(session, outcome.event, event.value.seq);
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      const daemon = client();
      const answer = await daemon?.outcomes();
      if (daemon === undefined || answer?.ok !== true || answer.value.outcomes.length === 0) return;
      for (const [id, outcomes] of Map.groupBy(answer.value.outcomes, ({ session }) => session)) {
        const session = byDaemonId(id);
        // The history of a session that was deleted has nobody who could be told.
        if (session !== undefined) await take(session, outcomes);
      }
      await journal().settled();
      for (const { id } of answer.value.outcomes) {
        if (!(await daemon.tookOutcome(id)).ok) return;
      }
    }
  }

  return async function takeOutcomes() {
    again = true;
    busy ??= (async () => {
      while (again) {
        again = false;
        await run();
      }
    })().finally(() => {
      busy = undefined;
    });
    await busy;
  };
}

const callSchema = z.object({ id: z.string(), state: z.string() });
