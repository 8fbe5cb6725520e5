/**
 * Where a session's calls stand: their order, their turns, which are errors. It grows with the log at one end, and at
 * the other once, when the calls from before this page looked have come.
 */
import type { Call } from "../../shared/events/call.ts";
import { isError } from "./filters.ts";
import { groupAnew } from "./group-anew.ts";
import { createTurns, noteCall, noteStart, type Turns } from "./turns.ts";

export interface Placement {
  /** Ids in the order of their start. */
  readonly order: readonly string[];
  /** How many of them were put in before the first ones. */
  readonly older: number;
  /** While history is still to come: what began before this entry is not here yet; otherwise 0. */
  readonly since: number;
  readonly turns: Turns;
  /** Names of the servers seen, for the filter. */
  readonly servers: ReadonlySet<string>;
  /** Ids of the calls that did not end well for certain. */
  readonly errors: ReadonlySet<string>;
  /** All calls of the session, those that are still to come included. */
  count(): number;
  /** Changes when calls were put in below the others, or stand in other turns: what was laid out is to be laid out anew. */
  generation(): number;
  /** Puts in the calls before the first ones, in order of their start and in slices. `missing` of them stay away. */
  placeOlder(calls: readonly Call[], missing: number): Promise<void>;
  /** Moments at which the agent said that turns began. */
  noteTurnStarts(ats: readonly string[]): Promise<void>;
}

export interface GrowingPlacement extends Placement {
  /** A call is new or has changed. */
  note(call: Call): void;
  /** `newest` are all that there are from entry `since` on; `missing` began before that. */
  begin(newest: readonly Call[], since: number, missing: number): void;
}

export interface PlacementOptions {
  calls: ReadonlyMap<string, Call>;
  /** Told of each older call, before it gets its place. */
  adopt: (call: Call) => void;
  /** There is something to lay out. */
  changed: () => void;
}

export function createPlacement({ calls, adopt, changed }: PlacementOptions): GrowingPlacement {
  const servers = new Set<string>();
  const errors = new Set<string>();
  let order: string[] = [];
  let turns = createTurns();
  /** Turns that are being made anew: they must hear of what changes meanwhile. */
  let coming: Turns | undefined;
  /** One after the other. */
  let grouping = Promise.resolve();
  let generation = 0;
  let older = 0;
  let since = 0;
  let missing = 0;

  function classify(call: Call): void {
    if (isError(call)) errors.add(call.id);
    else errors.delete(call.id);
    if (call.server !== undefined) servers.add(call.server);
  }

  async function group(before: readonly Call[]): Promise<void> {
    coming = createTurns(turns.starts);
    const take = (call: Call) => {
      adopt(call);
      classify(calls.get(call.id) ?? call);
    };
    order = await groupAnew({ turns: coming, older: before, adopt: take, order: () => order, calls });
    turns = coming;
    coming = undefined;
    older += before.length;
    generation += 1;
    changed();
  }

  function note(call: Call): void {
    // Progress alone moves nothing.
    if (call.state === "running" && turns.byCall.get(call.id)?.open.has(call.id) === true) return;
    classify(call);
    if (coming?.byCall.has(call.id)) noteCall(coming, call, 0);
    // Begun long ago and open: it gets its place with the rest of history.
    if (call.firstSeq < since) return;
    if (!turns.byCall.has(call.id)) {
      order.push(call.id);
      changed();
    }
    noteCall(turns, call, order.length - 1);
  }

  return {
    get order() {
      return order;
    },
    get older() {
      return older;
    },
    get since() {
      return since;
    },
    get turns() {
      return turns;
    },
    servers,
    errors,
    count: () => order.length + missing,
    generation: () => generation,
    note,
    begin(newest, from, before) {
      since = from;
      missing = before;
      for (const call of newest) note(call);
    },
    placeOlder(before, left) {
      grouping = grouping.then(async () => {
        await group(before.filter(({ id }) => !turns.byCall.has(id)));
        since = left === 0 ? 0 : (before[0]?.firstSeq ?? since);
        missing = left;
      });
      return grouping;
    },
    noteTurnStarts(ats) {
      grouping = grouping.then(async () => {
        const otherwise = ats.filter((at) => noteStart(turns, at));
        if (otherwise.length > 0) await group([]);
      });
      return grouping;
    },
  };
}
