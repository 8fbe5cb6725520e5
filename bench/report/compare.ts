/** The comparison of two records: whether what they say of each goal agrees within the spread of both. */
import type { Goal } from "../harness/benchmark.ts";
import type { Results } from "./results.ts";
import { withSpread } from "./table.ts";

export interface Comparison {
  /** `B1  work: of what`. */
  about: string;
  /** What both say, in words. */
  said: string;
  agree: boolean;
}

/** One for each goal that either record has; one that is missing on a side does not agree. */
export function compare(one: Results, other: Results): Comparison[] {
  const [a, b] = [goalsOf(one), goalsOf(other)];
  return [...new Set([...a.keys(), ...b.keys()])].map((about) => {
    const [mine, its] = [a.get(about), b.get(about)];
    if (mine === undefined || its === undefined) {
      return { about, said: `only in the ${mine === undefined ? "second" : "first"} record`, agree: false };
    }
    const said = `${withSpread(mine.value, mine.unit)} and ${withSpread(its.value, its.unit)}`;
    return { about, said, agree: overlap(mine, its) };
  });
}

/** Whether there is a value that lies in the brackets of both. */
function overlap({ value: a }: Goal, { value: b }: Goal): boolean {
  return a.low <= b.high && b.low <= a.high;
}

function goalsOf(results: Results): Map<string, Goal> {
  return new Map(
    Object.entries(results.benches).flatMap(([id, { rows }]) =>
      rows.flatMap((row) => row.goals.map((goal) => [`${id}  ${row.what}: ${goal.what}`, goal] as const)),
    ),
  );
}

/** Prints the comparison; gives whether all of it agrees. */
export function printComparison(one: Results, other: Results): boolean {
  const all = compare(one, other);
  for (const { about, said, agree } of all) console.log(`${agree ? "agree    " : "DISAGREE "} ${about}: ${said}`);
  const agreeing = all.filter(({ agree }) => agree).length;
  console.log(`${agreeing} of ${all.length} agree within the spread of both.`);
  return agreeing === all.length;
}
