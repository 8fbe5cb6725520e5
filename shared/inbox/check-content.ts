/** Checks what a person filled into a form, field by field: as they type, and again where it is taken. */
import type { Field, TextFormat } from "./read-form.ts";

/** Whether the text has the pattern; undefined where that cannot be told in bounded time. */
export type Matches = (pattern: string, text: string) => boolean | undefined;
export type Content = Record<string, string | number | boolean | string[]>;

/** Characters of one answer. */
export const MAX_ANSWER_CHARS = 256 * 1024;

/** What is wrong, by the field's name; empty where nothing is. A name that the form does not have is wrong. */
export function checkContent(
  fields: readonly Field[],
  content: Record<string, unknown>,
  matches: Matches,
): Record<string, string> {
  const problems: [string, string][] = [];
  for (const field of fields) {
    const value = Object.hasOwn(content, field.name) ? content[field.name] : undefined;
    const problem = checkField(field, value, matches);
    if (problem !== undefined) problems.push([field.name, problem]);
  }
  for (const name of Object.keys(content)) {
    if (!fields.some((field) => field.name === name)) problems.push([name, "is not asked for"]);
  }
  return Object.fromEntries(problems);
}

/** The end of a sentence that begins with the field's name. */
export function checkField(field: Field, value: unknown, matches: Matches): string | undefined {
  if (value === undefined) return field.required ? "is needed" : undefined;
  switch (field.kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be yes or no";
    case "number":
      return checkNumber(field, value);
    case "choice":
      return field.options.some((option) => option.value === value) ? undefined : "must be one of the choices";
    case "choices":
      return checkChoices(field, value);
    case "text":
      return checkText(field, value, matches);
  }
}

type Of<Kind extends Field["kind"]> = Extract<Field, { kind: Kind }>;

function checkNumber({ integer, minimum, maximum }: Of<"number">, value: unknown): string | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return "must be a number";
  if (integer && !Number.isInteger(value)) return "must be a whole number";
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  return undefined;
}

function checkChoices({ options, minItems, maxItems }: Of<"choices">, value: unknown): string | undefined {
  const known = new Set(options.map((option) => option.value));
  if (!Array.isArray(value) || !value.every((item) => known.has(item))) return "must be some of the choices";
  if (new Set(value).size !== value.length) return "has a choice twice";
  if (minItems !== undefined && value.length < minItems) return `needs at least ${minItems}`;
  if (maxItems !== undefined && value.length > maxItems) return `takes at most ${maxItems}`;
  return undefined;
}

function checkText(field: Of<"text">, value: unknown, matches: Matches): string | undefined {
  if (typeof value !== "string") return "must be a text";
  if (value.length > MAX_ANSWER_CHARS) return `is longer than ${MAX_ANSWER_CHARS / 1024} KiB`;
  if (field.required && value === "" && (field.minLength ?? 1) > 0) return "is needed";
  // As JSON Schema counts: characters, not halves of them.
  const length = [...value].length;
  const { minLength, maxLength, format, pattern } = field;
  if (minLength !== undefined && length < minLength) return `needs at least ${minLength} characters`;
  if (maxLength !== undefined && length > maxLength) return `takes at most ${maxLength} characters`;
  if (format !== undefined && !FORMATS[format].fits(value)) return FORMATS[format].otherwise;
  if (pattern !== undefined && matches(pattern, value) === false) return `must have the form ${pattern}`;
  return undefined;
}

/** A scheme and something after it (RFC 3986). */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\S+$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** RFC 3339, in which JSON Schema writes moments. */
const MOMENT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const isDay = (text: string) => {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
};

const FORMATS: Record<TextFormat, { fits: (text: string) => boolean; otherwise: string }> = {
  email: { fits: isEmail, otherwise: "must be an e-mail address" },
  uri: { fits: (text) => ADDRESS.test(text), otherwise: "must be an address, such as https://example.com" },
  date: { fits: (text) => DATE.test(text) && isDay(text), otherwise: "must be a date, such as 2026-01-31" },
  "date-time": {
    fits: (text) => MOMENT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)),
    otherwise: "must be a date and time with its zone, such as 2026-01-31T10:00:00Z",
  },
};

/** One @ with something on both sides, and no space: what more there is to say, only the mail server knows. */
function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  return at > 0 && at < text.length - 1 && text.length <= 320 && !/\s/.test(text);
}

/** What the form holds before anybody has typed. */
export function initialContent(fields: readonly Field[]): Content {
  return Object.fromEntries(fields.flatMap(({ name, initial }) => (initial === undefined ? [] : [[name, initial]])));
}
