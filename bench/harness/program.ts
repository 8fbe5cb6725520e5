/** Starts one of the bench's own small programs in a process of its own, and reads what it announces. */
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { check, parseJson, z } from "../../shared/protocol/schema.ts";
import { type Launched, launch } from "./own-processes.ts";

const announcement = z.object({ port: z.number() });

export interface Program extends Launched {
  port: number;
  /** `http://127.0.0.1:<port>`. */
  url: string;
}

/** The first line on standard output must be `{"port":…}`. Throws when the program ends before. */
export async function startProgram(name: string, args: readonly string[] = [], node: string[] = []): Promise<Program> {
  const file = join(import.meta.dirname, "..", "programs", `${name}.ts`);
  const launched = await launch(process.execPath, [...node, file, ...args]);
  const { port } = parse(announcement, await firstLine(launched, name));
  return { ...launched, port, url: `http://127.0.0.1:${port}` };
}

/** The first line that a process prints. Throws when it ends before that. */
export async function firstLine(launched: Launched, name: string): Promise<string> {
  const { stdout } = launched.child;
  if (stdout === null) throw new Error(`${name} has no standard output`);
  const lines = createInterface({ input: stdout });
  const line = await Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    once(launched.child, "exit").then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ]);
  stdout.resume();
  return line;
}

/** Parses what another process said. Throws: a benchmark cannot go on with nonsense. */
export function parse<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = parseJson(schema, text);
  if (!parsed.ok) throw new Error(`expected something else than ${text.slice(0, 200)}: ${parsed.reason}`);
  return parsed.value;
}

export function parseValue<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = check(schema, value);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}
