/** The order of measurement: a warm-up of each side, then the sides in turn, round after round. */
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { Context } from "./benchmark.ts";
import { within } from "./within.ts";

/** One run of one side: figures by name. */
export type Sample = Record<string, number>;

export interface Side {
  name: string;
  /** A warm-up may do less than a round. */
  run(warmUp: boolean): Promise<Sample>;
}

export interface Order {
  /** Rounds beyond the usual number, where they are short and scatter. */
  more?: number;
  warmUps?: number;
}

export interface Measured {
  /** The values of one figure of one side, a round each, in order. Throws when that was not measured in each round. */
  of(side: string, figure: string): number[];
  has(side: string, figure: string): boolean;
}

/** What takes longer has come to a halt. */
const RUN_MS = 120_000;
/** So many rounds may fail; they are repeated. */
const MAY_FAIL = 2;

/**
 * Every second round goes backwards, so that no side always follows the same other one, and each run waits for a quiet machine.
 * A round in which one side fails is left out for all of them, said in the row's note and repeated. Throws at the third.
 */
export async function inTurn(
  sides: readonly Side[],
  context: Pick<Context, "rounds" | "quick" | "say" | "settle" | "complain">,
  { more = 0, warmUps = 1 }: Order = {},
): Promise<Measured> {
  const count = context.rounds + (context.quick ? 0 : more);
  const rounds: Map<string, Sample>[] = [];
  let failed = 0;
  const run = async (title: string, backwards: boolean, warmUp: boolean): Promise<Map<string, Sample> | undefined> => {
    const samples = new Map<string, Sample>();
    for (const side of backwards ? sides.toReversed() : sides) {
      await context.settle();
      try {
        const sample = await within(RUN_MS, side.run(warmUp));
        const shown = Object.entries(sample).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
        context.say(`${title}  ${side.name}: ${shown.join(", ")}`);
        samples.set(side.name, sample);
      } catch (error) {
        failed += 1;
        if (failed > MAY_FAIL) throw error;
        const reason = reasonOf(error);
        context.say(`${title}  ${side.name} failed: ${reason}`);
        context.complain(`${title} was left out and repeated: ${side.name}: ${reason}`);
        return undefined;
      }
    }
    return samples;
  };
  for (let i = 0; i < (context.quick ? 0 : warmUps); i += 1) await run("warm-up", i % 2 === 1, true);
  for (let turn = 0; rounds.length < count; turn += 1) {
    const samples = await run(`round ${rounds.length + 1} of ${count}`, turn % 2 === 1, false);
    if (samples !== undefined) rounds.push(samples);
  }
  const all = (side: string, figure: string) =>
    rounds.map((samples) => samples.get(side)?.[figure]).filter((value) => value !== undefined);
  return {
    of(side, figure) {
      const values = all(side, figure);
      if (values.length !== count) throw new Error(`${side} measured "${figure}" ${values.length} times`);
      return values;
    },
    has: (side, figure) => all(side, figure).length > 0,
  };
}
