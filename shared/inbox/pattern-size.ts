/** Estimates how large a pattern becomes when a linear engine reads it, before that takes time: `a{0,999}` is written out. */

/**
 * At least the states that it needs. Counts what is repeated as often as it may be, in the syntax of ECMAScript (with `v` and
 * without); gives up above `max`.
 */
export function patternSize(pattern: string, max: number): number {
  /** Of the groups that are open, outermost first; the last one is being read. */
  const groups = [0];
  /** Of what a quantifier would repeat. */
  let atom = 0;
  const add = (size: number) => {
    atom = size;
    groups.push((groups.pop() ?? 0) + size);
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === "\\") {
      at += 1;
      const named = /^(?:[pP]\{[^}]*\}|[uU]\{[^}]*\}|k<[^>]*>)/.exec(pattern.slice(at, at + 100));
      if (named !== null) at += named[0].length - 1;
      add(1);
    } else if (character === "[") {
      at = endOfClass(pattern, at);
      add(1);
    } else if (character === "(") {
      groups.push(2);
      atom = 0;
    } else if (character === ")" && groups.length > 1) {
      add(groups.pop() ?? 0);
    } else if (character === "*" || character === "+" || character === "?") {
      // Of a group's beginning and a lazy quantifier as well, which is little.
      groups.push((groups.pop() ?? 0) + 1);
    } else if (character === "{") {
      const [text, from, to] = /^\{(\d+)(?:,(\d*))?\}/.exec(pattern.slice(at, at + 30)) ?? [];
      if (text === undefined) add(1);
      else {
        const times = Math.max(1, Number(from), Number(to ?? 0));
        const repeated = atom * times * 2;
        groups.push((groups.pop() ?? 0) - atom + repeated);
        atom = repeated;
        at += text.length - 1;
      }
    } else add(1);
    if ((groups.at(-1) ?? 0) > max) return Number.POSITIVE_INFINITY;
  }
  return groups.reduce((sum, size) => sum + size, 0);
}

/** Where the class that begins here ends. Classes within classes are read to the first bracket, and what is left counts as text. */
function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] === "\\") at += 1;
    // In ECMAScript `[]` is empty; RE2 takes the bracket for a character, and what follows then is counted as text.
    else if (pattern[at] === "]") return at;
  }
  return pattern.length;
}
