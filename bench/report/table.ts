/** How figures are written: short numbers with their spread, as a text table and as the same rows in Markdown. */
import { type Figure, type Goal, isMet, type Row, type Unit } from "../harness/benchmark.ts";
import type { Spread } from "../harness/figures.ts";
import type { BenchResult } from "./results.ts";

/** Three digits, thousands and millions shortened. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (size >= 1e4) return `${(value / 1e3).toPrecision(3)} k`;
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 || size === 0 ? value.toFixed(2) : value.toPrecision(2);
}

export function withSpread(value: Spread, unit: Unit): string {
  const single = value.low === value.high;
  const range = single ? "" : ` (${number(value.low)}–${number(value.high)})`;
  return unit === "×" ? `${number(value.median)} ×${range}` : `${number(value.median)} ${unit}${range}`;
}

export function goalText(goal: Goal): string {
  const [sign, bound] = "atLeast" in goal.bound ? ["≥", goal.bound.atLeast] : ["≤", goal.bound.atMost];
  const mark = isMet(goal) ? "met" : "MISSED";
  return `${withSpread(goal.value, goal.unit)} ${goal.what}, goal ${sign} ${bound} ${goal.unit}: ${mark}`;
}

/** Figures of one side on one line each. */
export function bySide(figures: readonly Figure[]): [string, string][] {
  const sides = [...new Set(figures.map(({ side }) => side))];
  const written = ({ name, value, unit }: Figure) =>
    `${name === undefined ? "" : `${name} `}${withSpread(value, unit)}`;
  return sides.map((side) => [
    side,
    figures
      .filter((figure) => figure.side === side)
      .map(written)
      .join(" · "),
  ]);
}

/** The rows, and the reason of each that could not be measured, or of which a round failed. */
export function textTable(id: string, { rows, failures }: BenchResult): string {
  return [
    ...rows.map((row) => textRow(id, row)),
    ...failures.map(({ what, reason }) => {
      const said = rows.some((row) => row.what === what) ? "FAILED" : "NOT MEASURED";
      return `${id.padEnd(4)}${what ?? "the rest"}\n    ${said}: ${reason}`;
    }),
  ].join("\n");
}

function textRow(id: string, row: Row): string {
  const sides = bySide(row.figures).map(([side, text]) => `    ${side.padEnd(24)} ${text}`);
  const goals = row.goals.map((goal) => `    → ${goalText(goal)}`);
  const note = row.note === undefined ? [] : [`    (${row.note})`];
  return [`${id.padEnd(4)}${row.what}`, ...sides, ...goals, ...note].join("\n");
}
