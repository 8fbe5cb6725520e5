/** Says in plain words what a schema found wrong: a person may read it, in the app or in a terminal. */
import type { core } from "zod";

type Issue = core.$ZodIssue;
type RawIssue = core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  bigint: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
};

const MISSING = "is missing";

/** For `z.config`: what the schema's own message does not say. Undefined leaves zod's words. */
export function wordsOf(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return MISSING;
      return KINDS[issue.expected] === undefined ? "is not as it must be" : `must be ${KINDS[issue.expected]}`;
    case "invalid_value":
      if (issue.input === undefined) return MISSING;
      return issue.values.length === 1
        ? `must be ${JSON.stringify(issue.values[0])}`
        : `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      return bound(issue.origin, "at least", issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return bound(issue.origin, "at most", issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "invalid_format":
      return issue.format === "url" ? "must be an address" : "has not the right form";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `has a word that is not known: ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    case "invalid_key":
      return "has a name that is not allowed";
    case "invalid_union":
      return "has no supported form";
    default:
      return "is not as it must be";
  }
}

function bound(origin: string, many: string, much: string, limit: number | bigint): string {
  if (origin === "string") {
    return many === "at least" && limit === 1 ? "must not be empty" : `must have ${many} ${limit} characters`;
  }
  if (origin === "array" || origin === "set") return `must have ${many} ${limit} items`;
  return `must be ${much} ${limit}`;
}

/** The place and the words of the first issue; of a choice between forms, those of the form that was meant most likely. */
export function firstOf(issues: readonly Issue[], at: readonly PropertyKey[] = []): string {
  const [issue] = issues;
  if (issue === undefined) return "is not as it must be";
  const path = [...at, ...issue.path];
  if (issue.code === "invalid_union") {
    const meant = likeliest(issue.errors);
    if (meant !== undefined) return firstOf(meant, path);
  }
  const inner = issue.code === "invalid_key" ? issue.issues[0] : undefined;
  const message = inner === undefined ? issue.message : `its name must be ${inner.message}`;
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

/** The one that came furthest and lacks the least; undefined where several did. */
function likeliest(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  const lacks = (issues: readonly Issue[]) => issues.filter((issue) => issue.message === MISSING).length;
  const rank = (a: readonly Issue[], b: readonly Issue[]) =>
    depth(b) - depth(a) || lacks(a) - lacks(b) || a.length - b.length;
  const [first, second] = forms.toSorted(rank);
  if (first === undefined || depth(first) === 0) return undefined;
  return second !== undefined && rank(first, second) === 0 ? undefined : first;
}
