/** Matches a pattern that a stranger wrote, in time that grows with the text alone: no pattern hangs whoever looks. */
import { RE2JS } from "re2js";
import type { Matches } from "./check-content.ts";

/** Longer ones take long to read, and say more than a person can be told. */
const MAX_PATTERN = 1_000;
/** Characters that are compared; whoever asked compares the rest. */
const MAX_TEXT = 10_000;
const MAX_KEPT = 100;

const compiled = new Map<string, RE2JS | undefined>();

/** Undefined where it needs what only a backtracking engine can do: whoever asked checks that. */
export const matchesSafely: Matches = (pattern, text) => {
  if (pattern.length > MAX_PATTERN || text.length > MAX_TEXT) return undefined;
  const expression = compile(pattern);
  // JSON Schema looks for the pattern anywhere in the text.
  return expression?.matcher(text).find();
};

function compile(pattern: string): RE2JS | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  let expression: RE2JS | undefined;
  try {
    expression = RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    expression = undefined;
  }
  const [oldest] = compiled.keys();
  if (compiled.size >= MAX_KEPT && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, expression);
  return expression;
}
