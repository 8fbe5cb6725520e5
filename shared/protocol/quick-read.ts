/** Derives from an object's schema a reader for what nearly always comes: objects whose fields are all plain texts and numbers. */
import type { z } from "./schema.ts";

/** What a field takes as it is: the types of plain values, or the words of an enum. */
interface Plain {
  string: boolean;
  number: boolean;
  words: ReadonlySet<unknown> | undefined;
}

/**
 * The reader gives what the schema gives, or undefined where it cannot tell: then the schema is to be asked, which costs
 * several microseconds where this costs a fraction of one. A schema may change texts and numbers in no way, only refuse
 * them; that is tested for the schemas that are read so.
 */
export function quickReader<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
): (value: object) => z.output<z.ZodObject<T>> | undefined;
export function quickReader(schema: z.ZodObject): (value: object) => object | undefined {
  const fields = new Map(Object.entries(schema.shape).map(([name, field]) => [name, plainOf(field)]));
  const required = Object.keys(schema.shape).filter((name) => !schema.shape[name]?.safeParse(undefined).success);
  return (value) => {
    const given = unread(value);
    let isWhole = true;
    for (const name in given) {
      const plain = fields.get(name);
      if (plain === undefined) isWhole = false;
      else if (!isPlain(given[name], plain)) return undefined;
    }
    for (const name of required) if (given[name] === undefined) return undefined;
    // Unknown fields are left out, as the schema does; an object without any is what it would give.
    return isWhole ? value : Object.fromEntries(Object.entries(value).filter(([name]) => fields.has(name)));
  };
}

/** The same object, as one of which nothing is known: only its type changes. */
const unread: (value: object) => { readonly [name: string]: unknown } = Object;

function isPlain(field: unknown, plain: Plain): boolean {
  if (typeof field === "string") return plain.words === undefined ? plain.string : plain.words.has(field);
  return typeof field === "number" && plain.number && Number.isFinite(field);
}

function plainOf(field: unknown): Plain {
  const plain: Plain = { string: false, number: false, words: undefined };
  for (const def of innermost(field)) {
    if (def.type === "string") plain.string = true;
    else if (def.type === "number") plain.number = true;
    else if (def.type === "enum") plain.words = new Set(Object.values(Object(def.entries)));
  }
  return plain;
}

interface Def {
  type?: unknown;
  innerType?: unknown;
  in?: unknown;
  out?: unknown;
  options?: unknown;
  checks?: unknown;
  entries?: unknown;
}

/** The definitions of what stands inside of optional, lenient and preprocessed fields; of a union, all of them. */
function innermost(field: unknown): Def[] {
  const def: Def = Object(Reflect.get(Object(field), "def"));
  // A check beyond the type is the schema's to make.
  if (Array.isArray(def.checks) && def.checks.length > 0) return [];
  if (def.innerType !== undefined) return innermost(def.innerType);
  if (def.type === "pipe") return [def.in, def.out].flatMap(innermost).filter(({ type }) => type !== "transform");
  if (def.type === "union" && Array.isArray(def.options)) return def.options.flatMap(innermost);
  return [def];
}
