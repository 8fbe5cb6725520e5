/** The form in which a person adds an agent of their own: what is run, and how it is told of the MCP endpoint. */
import { z } from "./schema.ts";

/** Replaced in arguments, environment values and the configuration file's text when the agent is started. */
export const TEMPLATE_WORDS = ["{mcp_url}", "{token_variable}", "{session_id}", "{config_file}"] as const;

export const agentTemplateSchema = z.object({
  /** Stable, chosen once; sessions refer to it. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "lower-case letters, digits and dashes, 32 at most"),
  /** What people read in lists. */
  name: z.string().trim().min(1).max(60),
  /** A program on PATH, or its path. */
  command: z.string().trim().min(1).max(1_000),
  args: z.array(z.string().max(10_000)).max(100).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name"), z.string().max(10_000)).optional(),
  /** Arguments that take the place of `args` when a restart goes on with the last conversation. */
  resume_args: z.array(z.string().max(10_000)).max(100).optional(),
  /** Text of a private file made for each run; `{config_file}` is its path. */
  config_file: z.string().max(100_000).optional(),
});
export type AgentTemplate = z.infer<typeof agentTemplateSchema>;

/** `GET`/`PUT /api/v1/agent-templates`, kept in `<home>/agents.json`. A PUT replaces all. */
export const agentTemplatesSchema = z.object({ templates: z.array(agentTemplateSchema).max(50) });
export type AgentTemplates = z.infer<typeof agentTemplatesSchema>;
