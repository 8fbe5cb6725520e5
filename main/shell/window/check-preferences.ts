/** Checks, in development, that the live window got the preferences that it was meant to have. */
import type { Contents } from "../electron-api.ts";
import { SECURE_PREFERENCES } from "./window-options.ts";

/** One sentence per preference that is not as it must be. */
export function findPreferenceFaults(actual: object): string[] {
  return Object.entries(SECURE_PREFERENCES)
    .filter(([name, wanted]) => Reflect.has(actual, name) && Reflect.get(actual, name) !== wanted)
    .map(([name, wanted]) => `${name} is ${String(Reflect.get(actual, name))}, not ${wanted}`);
}

/**
 * Throws when the live page has other rights than it should: a mistake of ours, to be seen at once. Electron knows them
 * by a method that it does not document, so its absence is no fault.
 */
export function assertPreferences(contents: Contents): void {
  const ask: unknown = Reflect.get(contents, "getLastWebPreferences");
  const actual: unknown = typeof ask === "function" ? ask.call(contents) : undefined;
  if (typeof actual !== "object" || actual === null) return;
  const faults = findPreferenceFaults(actual);
  if (faults.length > 0) throw new Error(`The window is not secure: ${faults.join("; ")}`);
}
