/** The arithmetic of repeated measurements: median and spread, of values and of ratios taken pair by pair. */

export interface Spread {
  median: number;
  low: number;
  high: number;
}

/** Median, lowest and highest. Throws on an empty list: a figure without a measurement is a mistake. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[0], sorted.at(-1)];
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined || below === undefined || above === undefined) {
    throw new Error("a median needs at least one value");
  }
  return { median: (below + above) / 2, low, high };
}

/** Ratios of values taken in the same round: what drifts with the machine between rounds then cancels. */
export function pairedRatio(values: readonly number[], beside: readonly number[]): Spread {
  return spread(pairs(values, beside).map(([a, b]) => a / b));
}

/** Differences of values taken in the same round. */
export function pairedDifference(values: readonly number[], beside: readonly number[]): Spread {
  return spread(pairs(values, beside).map(([a, b]) => a - b));
}

function pairs(values: readonly number[], beside: readonly number[]): [number, number][] {
  if (values.length !== beside.length) throw new Error("both sides need the same number of rounds");
  return values.map((value, i) => [value, beside[i] ?? Number.NaN]);
}
