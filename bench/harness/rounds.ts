/** Owns the order of measurement: a warm-up of each side, then the sides in turn, round after round. */

/** One run of one side: figures by name. */
export type Sample = Record<string, number>;

export interface Side {
  name: string;
  run(): Promise<Sample>;
}

export interface Rounds {
  count: number;
  warmUps: number;
}

export interface Measured {
  /** The values of one figure of one side, a round each, in order. Throws when that was never measured. */
  of(side: string, figure: string): number[];
  has(side: string, figure: string): boolean;
}

/** Every second round goes backwards, so that no side always follows the same other one. */
export async function inTurn(sides: readonly Side[], rounds: Rounds, say: (text: string) => void): Promise<Measured> {
  const samples = new Map<string, Sample[]>(sides.map((side) => [side.name, []]));
  for (let round = -rounds.warmUps; round < rounds.count; round += 1) {
    const order = round % 2 === 0 ? sides : sides.toReversed();
    for (const side of order) {
      const sample = await side.run();
      const shown = Object.entries(sample).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
      say(`${round < 0 ? "warm-up" : `round ${round + 1}`}  ${side.name}: ${shown.join(", ")}`);
      if (round >= 0) samples.get(side.name)?.push(sample);
    }
  }
  const all = (side: string, figure: string) => samples.get(side)?.map((sample) => sample[figure]) ?? [];
  return {
    of(side, figure) {
      const values = all(side, figure).filter((value) => value !== undefined);
      if (values.length !== rounds.count) throw new Error(`${side} measured "${figure}" ${values.length} times`);
      return values;
    },
    has: (side, figure) => all(side, figure).some((value) => value !== undefined),
  };
}
