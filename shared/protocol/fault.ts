/** The one shape in which an expected failure travels: between functions, over HTTP and over WebSockets. */
import { lenient, z } from "./schema.ts";

export const faultSchema = z.object({
  /** Stable, machine-readable, kebab-case: `missing-session`, `agent-not-found`. */
  code: z.string(),
  /** One sentence for a person: what happened. */
  message: z.string(),
  /** What was not lost, or what to do next. */
  hint: lenient(z.string()),
});

/** An expected failure. It is returned, not thrown; programmer errors throw. */
export type Fault = z.infer<typeof faultSchema>;

/** The body of every HTTP error: `{error: {code, message, hint?}}`. */
export const faultBodySchema = z.object({ error: faultSchema });

export function fault(code: string, message: string, hint?: string): Fault {
  return hint === undefined ? { code, message } : { code, message, hint };
}

export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const failed = (code: string, message: string, hint?: string): { ok: false; fault: Fault } => ({
  ok: false,
  fault: fault(code, message, hint),
});
