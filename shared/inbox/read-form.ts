/** Reads MCP's `requestedSchema` (2025-11-25, elicitation) as a form: one flat list of fields, each of a kind that MCP has. */
import { check, type Parsed, z } from "../protocol/schema.ts";

interface Common {
  name: string;
  label: string;
  description?: string | undefined;
  required: boolean;
}
export interface Option {
  value: string;
  title: string;
}
export type TextFormat = "email" | "uri" | "date" | "date-time";
export type Field = Common &
  (
    | {
        kind: "text";
        minLength?: number | undefined;
        maxLength?: number | undefined;
        pattern?: string | undefined;
        format?: TextFormat | undefined;
        initial?: string | undefined;
      }
    | {
        kind: "number";
        integer: boolean;
        minimum?: number | undefined;
        maximum?: number | undefined;
        initial?: number | undefined;
      }
    | { kind: "boolean"; initial?: boolean | undefined }
    | { kind: "choice"; options: Option[]; initial?: string | undefined }
    | {
        kind: "choices";
        options: Option[];
        minItems?: number | undefined;
        maxItems?: number | undefined;
        initial?: string[] | undefined;
      }
  );

/** Without a schema: one text. */
export const ONE_TEXT = {
  type: "object",
  properties: { answer: { type: "string", title: "Answer" } },
  required: ["answer"],
} as const;

const MAX_FIELDS = 100;
const MAX_OPTIONS = 1_000;

const words = { title: z.string().optional(), description: z.string().optional() };
const whole = z.number().int().min(0);
const titled = z
  .array(z.object({ const: z.string(), title: z.string() }))
  .min(1)
  .max(MAX_OPTIONS);
const untitled = z.array(z.string()).min(1).max(MAX_OPTIONS);
const FORMATS: readonly string[] = ["email", "uri", "date", "date-time"] satisfies TextFormat[];

const titledChoice = z.object({ ...words, type: z.literal("string"), oneOf: titled, default: z.string().optional() });
const choice = z.object({
  ...words,
  type: z.literal("string"),
  enum: untitled,
  enumNames: z.array(z.string()).optional(),
  default: z.string().optional(),
});
const text = z.object({
  ...words,
  type: z.literal("string"),
  minLength: whole.optional(),
  maxLength: whole.optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  default: z.string().optional(),
});
const number = z.object({
  ...words,
  type: z.enum(["number", "integer"]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.number().optional(),
});
const boolean = z.object({ ...words, type: z.literal("boolean"), default: z.boolean().optional() });
const choices = z.object({
  ...words,
  type: z.literal("array"),
  minItems: whole.optional(),
  maxItems: whole.optional(),
  items: z.union([z.object({ anyOf: titled }), z.object({ oneOf: titled }), z.object({ enum: untitled })]),
  default: z.array(z.string()).optional(),
});
const schema = z.object({
  type: z.literal("object"),
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).optional(),
});

/** The reason names the field that is no part of such a form. */
export function readForm(given: unknown): Parsed<Field[]> {
  const read = check(schema, given);
  if (!read.ok) return read;
  const { properties, required = [] } = read.value;
  const names = Object.keys(properties);
  if (names.length > MAX_FIELDS) return { ok: false, reason: `a form has ${MAX_FIELDS} fields at most` };
  const stray = required.find((name) => !Object.hasOwn(properties, name));
  if (stray !== undefined) return { ok: false, reason: `required: there is no field “${stray}”` };
  const fields: Field[] = [];
  for (const name of names) {
    const field = readField(name, properties[name], required.includes(name));
    if (!field.ok) return { ok: false, reason: `properties.${name}: ${field.reason}` };
    fields.push(field.value);
  }
  return { ok: true, value: fields };
}

function readField(name: string, given: unknown, required: boolean): Parsed<Field> {
  const kind = check(z.object({ type: z.string() }), given);
  if (!kind.ok) return kind;
  const common = (told: { title?: string | undefined; description?: string | undefined }): Common => ({
    name,
    label: told.title?.trim() || name,
    ...(told.description !== undefined && { description: told.description }),
    required,
  });
  const has = (key: string) => typeof given === "object" && given !== null && key in given;
  switch (kind.value.type) {
    case "string": {
      if (has("oneOf")) {
        return of(titledChoice, given, (told) => ({
          ...common(told),
          kind: "choice",
          options: optionsOf(told.oneOf),
          initial: told.default,
        }));
      }
      if (has("enum")) {
        return of(choice, given, (told) => ({
          ...common(told),
          kind: "choice",
          options: told.enum.map((value, at) => ({ value, title: told.enumNames?.[at] ?? value })),
          initial: told.default,
        }));
      }
      return of(text, given, ({ format, default: initial, ...told }) => ({
        ...common(told),
        kind: "text",
        minLength: told.minLength,
        maxLength: told.maxLength,
        pattern: told.pattern,
        // One that MCP does not have says nothing that could be checked.
        ...(isFormat(format) && { format }),
        initial,
      }));
    }
    case "number":
    case "integer":
      return of(number, given, ({ type, default: initial, ...told }) => ({
        ...common(told),
        kind: "number",
        integer: type === "integer",
        minimum: told.minimum,
        maximum: told.maximum,
        initial,
      }));
    case "boolean":
      return of(boolean, given, (told) => ({ ...common(told), kind: "boolean", initial: told.default }));
    case "array":
      return of(choices, given, (told) => ({
        ...common(told),
        kind: "choices",
        options: itemsOf(told.items),
        minItems: told.minItems,
        maxItems: told.maxItems,
        initial: told.default,
      }));
    default:
      return { ok: false, reason: `a form has no field of the type “${kind.value.type}”` };
  }
}

function of<T>(shape: z.ZodType<T>, given: unknown, field: (told: T) => Field): Parsed<Field> {
  const told = check(shape, given);
  return told.ok ? { ok: true, value: field(told.value) } : told;
}

const isFormat = (format: string | undefined): format is TextFormat => format !== undefined && FORMATS.includes(format);

const optionsOf = (list: readonly { const: string; title: string }[]): Option[] =>
  list.map((item) => ({ value: item.const, title: item.title }));

function itemsOf(items: z.infer<typeof choices>["items"]): Option[] {
  if ("anyOf" in items) return optionsOf(items.anyOf);
  if ("oneOf" in items) return optionsOf(items.oneOf);
  return items.enum.map((value) => ({ value, title: value }));
}
