/** Checks a number that somebody else named before anything waits, counts or allocates by it. */
import { numberOf } from "./exact-json.ts";

export interface NumberBounds {
  min: number;
  max: number;
}

/**
 * The number within these bounds: of a JSON value, or of digits in a header. Undefined where it says nothing: absent, text, negative,
 * not finite. No bound of a time may exceed 2^31 - 1 ms, beyond which timers fire at once.
 */
export function outsideNumber(value: unknown, { min, max }: NumberBounds): number | undefined {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : numberOf(value);
  if (number === undefined || number < 0) return undefined;
  return Math.min(Math.max(number, min), max);
}
