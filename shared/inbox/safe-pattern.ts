/** Matches a pattern that a stranger wrote, in time that grows with the text alone: no pattern hangs whoever looks. */
import { RE2JS } from "re2js";
import type { Matches } from "./check-content.ts";
import { patternSize } from "./pattern-size.ts";

/** Longer ones take long to read, and say more than a person can be told. */
const MAX_PATTERN = 1_000;
/** States of the machine that a pattern becomes: `(a{0,999}){0,9}` has thousands, and takes as long to read as to run. */
const MAX_STATES = 4_000;
/** States times characters: what one comparison may cost. Whoever asked compares the rest. */
const MAX_STEPS = 5_000_000;
const MAX_KEPT = 100;

const compiled = new Map<string, RE2JS | undefined>();

/** Undefined where it needs what only a backtracking engine can do, or too much: whoever asked checks that. */
export const matchesSafely: Matches = (pattern, text) => {
  if (pattern.length > MAX_PATTERN) return undefined;
  const expression = compile(pattern);
  if (expression === undefined || expression.programSize() * text.length > MAX_STEPS) return undefined;
  // JSON Schema looks for the pattern anywhere in the text.
  return expression.matcher(text).find();
};

function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  let expression: RE2JS | undefined;
  try {
    if (patternSize(pattern, MAX_STATES) <= MAX_STATES) {
      expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
    }
  } catch {
    expression = undefined;
  }
  const [oldest] = compiled.keys();
  if (compiled.size >= MAX_KEPT && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, expression);
  return expression;
}
