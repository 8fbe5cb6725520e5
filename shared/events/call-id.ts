/**
 * How a session's history names a call: by the name that its daemon gave it and, where a daemon may give a name again
 * in a later run, by that run. The journal, the page, links and exports all use this name.
 */

/**
 * `run` is the entry at which the run began whose names may repeat earlier ones, 0 while none has
 * (docs/decisions/0048-names-of-calls.md). A daemon's name that reads like one of ours is set apart too, so two calls
 * never share a name.
 */
export const callId = (run: number, told: string): string =>
  run === 0 && !readsLikeOurs(told) ? told : `r${run}-${told}`;

/** The name that the daemon gave to a call, out of its name in the history. */
export const toldCallId = (id: string): string => (/^r\d+-/.test(id) ? id.slice(id.indexOf("-") + 1) : id);

/** The name of a call to which its daemon gave none: the entry that began it. */
export const unnamedCallId = (seq: number): string => `n-${seq}`;

/** `r<digit>…` and `n-<digit>…`. By hand: this is asked for every event. */
function readsLikeOurs(told: string): boolean {
  const first = told.charCodeAt(0);
  if (first === LETTER_R) return isDigit(told.charCodeAt(1));
  return first === LETTER_N && told.charCodeAt(1) === DASH && isDigit(told.charCodeAt(2));
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const LETTER_R = 0x72;
const LETTER_N = 0x6e;
const DASH = 0x2d;
