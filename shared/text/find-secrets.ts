/** Finding known secrets in a text: all of their forms at once, in a time that grows with the text alone. */
import { secretForms } from "./secret-forms.ts";

export interface SecretFinder {
  /** Every form that is looked for, longest first. */
  readonly forms: readonly string[];
  /** Where secrets stand, as `[from, to]` in order; those that overlap or touch are one. Empty for nearly every text. */
  find(text: string): [number, number][];
  /** How many characters at the end may be the beginning of a secret. */
  begins(text: string): number;
}

/** Finders that are kept: a process has few sets of secrets, and asks with the same one again and again. */
const MAX_KEPT = 32;
let kept: { secrets: readonly string[]; finder: SecretFinder }[] = [];

/** The finder for these secrets; the same one for the same secrets. */
export function secretFinder(secrets: readonly string[]): SecretFinder {
  const known = kept.find((entry) => sameList(entry.secrets, secrets));
  if (known !== undefined) return known.finder;
  const entry = { secrets: [...secrets], finder: createFinder(secrets.flatMap(secretForms)) };
  kept = [entry, ...kept.slice(0, MAX_KEPT - 1)];
  return entry.finder;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);

/** For forms that are given as they are. */
export function createFinder(given: readonly string[]): SecretFinder {
  const forms = [...new Set(given)].filter((form) => form !== "").sort((a, b) => b.length - a.length);
  const shortest = forms.at(-1)?.length ?? Number.POSITIVE_INFINITY;
  const longest = forms[0]?.length ?? 0;
  // One expression passes over a text once, however many forms there are; made when it is needed first. The longest come first.
  let any: RegExp | undefined;
  return {
    forms,
    find(text) {
      if (text.length < shortest) return [];
      any ??= new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
      const places: [number, number][] = [];
      any.lastIndex = 0;
      for (let match = any.exec(text); match !== null; match = any.exec(text)) {
        places.push([match.index, match.index + match[0].length]);
        // Another one may begin within it.
        any.lastIndex = match.index + 1;
      }
      return joined(places);
    },
    begins(text) {
      for (let from = Math.max(0, text.length - longest + 1); from < text.length; from += 1) {
        const length = text.length - from;
        const first = text.charCodeAt(from);
        if (
          forms.some(
            (form) => form.length > length && form.charCodeAt(0) === first && text.endsWith(form.slice(0, length)),
          )
        )
          return length;
      }
      return 0;
    },
  };
}

function joined(places: [number, number][]): [number, number][] {
  const whole: [number, number][] = [];
  for (const [from, to] of places.sort((a, b) => a[0] - b[0])) {
    const last = whole.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else whole.push([from, to]);
  }
  return whole;
}
