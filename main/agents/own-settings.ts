/** Reads the few settings of a person's own that Signalbox must not replace, out of an agent's files and variables. */
import type { LaunchContext } from "./launch-plan.ts";

/** The home folder that the program will have. */
export const homeOf = ({ env = {}, inherited = {} }: LaunchContext): string =>
  env.HOME || inherited.HOME || inherited.USERPROFILE || "/";

/** What stands in a configuration under these names, one within another. */
export function memberOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (owner, name) =>
      typeof owner === "object" && owner !== null ? Object.getOwnPropertyDescriptor(owner, name)?.value : undefined,
    value,
  );
}

/** A whole number, also as a text of digits; undefined for anything else. */
export function milliseconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0
    ? Math.min(number, 2_147_483_647)
    : undefined;
}
