/** The settings that narrow an agent's tools or make writes survive an outage, globally and per session. */
import { parseJson, z } from "./schema.ts";

/** Names may hold `*` for any characters. What is absent fits everything. */
export const toolRuleSchema = z.object({
  server: z.string().min(1).max(200).optional(),
  tool: z.string().min(1).max(200).optional(),
  /** Only where the session's folder is, or is not, inside a git worktree. */
  when: z.enum(["worktree", "no-worktree"]).optional(),
});
export type ToolRule = z.infer<typeof toolRuleSchema>;

/** A week: what a timer can wait for, and more than any call should take. */
const stopRuleSchema = toolRuleSchema.extend({ minutes: z.number().min(0.01).max(10_080) });

/** `GET`/`PUT /tool-settings` and, for one session, `/session/{id}/tool-settings`. A session's settings only ever narrow further. */
export const toolSettingsSchema = z.object({
  /** Tools that do not say of themselves that they only read are hidden, and refused when they are called. */
  read_only: z.boolean().optional(),
  /** Tools whose server describes them otherwise than before are hidden, and refused, until a person accepts that (`POST /servers/{name}/accept`). */
  hold_changed: z.boolean().optional(),
  /** Tools that are hidden, and refused when they are called. */
  hide: z.array(toolRuleSchema).max(200).optional(),
  /** Tools whose calls wait until a person allows them. */
  ask: z.array(toolRuleSchema).max(200).optional(),
  /** Writes that are kept and delivered later while their server cannot be reached. */
  buffer: z.array(toolRuleSchema).max(200).optional(),
  /** Tools whose calls are stopped when they have run for longer than so many minutes. */
  stop: z.array(stopRuleSchema).max(200).optional(),
});
export type ToolSettings = z.infer<typeof toolSettingsSchema>;

/**
 * As a request may say it. A rule whose only word is misspelt would fit everything, and a misspelt switch would switch nothing:
 * both are refused.
 */
export const toolSettingsRequestSchema = toolSettingsSchema
  .extend({
    hide: z.array(toolRuleSchema.strict()).max(200).optional(),
    ask: z.array(toolRuleSchema.strict()).max(200).optional(),
    buffer: z.array(toolRuleSchema.strict()).max(200).optional(),
    stop: z.array(stopRuleSchema.strict()).max(200).optional(),
  })
  .strict();

/** What a file of them says that is not understood and has no effect, as one sentence's end; undefined when there is nothing. */
export function misunderstood(text: string): string | undefined {
  if (!parseJson(toolSettingsSchema, text).ok) return undefined;
  const strict = parseJson(toolSettingsRequestSchema, text);
  return strict.ok ? undefined : strict.reason;
}
