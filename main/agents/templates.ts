/** The agents that people add themselves: where they are kept, whether they are here, and how one is started. */

import { join } from "node:path";
import {
  type AgentTemplate,
  type AgentTemplates,
  agentTemplatesSchema,
} from "../../shared/protocol/agent-templates.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { parseJson } from "../../shared/protocol/schema.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import { readPrivateFile, writePrivateFile } from "../home/private-file.ts";
import { findProgram } from "./find-program.ts";
import {
  displayCommand,
  type LaunchContext,
  type LaunchPlan,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";
import { loginEnvironment } from "./login-environment.ts";

const MAX_FILE_BYTES = 4 * 1024 * 1024;

const fileOf = (home: HomeFolder) => join(home.path, "agents.json");

/** None when there is no file. Fault `agents-unusable`: the file is not one that may be trusted, or not understood. */
export function readTemplates(home: HomeFolder): Result<AgentTemplates> {
  const file = readPrivateFile(fileOf(home), MAX_FILE_BYTES);
  if (file.outcome === "absent") return ok({ templates: [] });
  const parsed = file.outcome === "read" ? parseJson(agentTemplatesSchema, file.text) : undefined;
  if (parsed?.ok) return ok(parsed.value);
  const reason = file.outcome === "refused" ? file.reason : parsed?.reason;
  return failed("agents-unusable", `${fileOf(home)} can't be used: ${reason}.`, "Correct the file, or move it away.");
}

/** Replaces all. Faults: `duplicate-agent`, `agents-unwritable`; they are then as they were. */
export function writeTemplates(home: HomeFolder, { templates }: AgentTemplates): Result<AgentTemplates> {
  const twice = templates.find(({ id }, index) => templates.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) return failed("duplicate-agent", `Two agents have the id ${twice.id}.`);
  try {
    writePrivateFile(fileOf(home), `${JSON.stringify({ templates }, null, 2)}\n`);
    return ok({ templates });
  } catch (error) {
    const reason = reasonOf(error);
    return failed("agents-unwritable", `The agents could not be written: ${reason}.`, "They are as they were.");
  }
}

/** One view for each, found or not. Their programs are not asked for a version: not every program takes that for a question. */
export async function detectTemplates(home: HomeFolder, env: NodeJS.ProcessEnv): Promise<AgentView[]> {
  const read = readTemplates(home);
  const login = await loginEnvironment(env);
  return (read.ok ? read.value.templates : []).map(({ id, name, command }) => {
    const path = findProgram(command, login);
    const view = { id: "custom" as const, template: id, name, found: path !== undefined };
    return path === undefined ? view : { ...view, path };
  });
}

/** `context.args`, where given, take the place of the template's own. */
export function planTemplate(template: AgentTemplate, context: LaunchContext): LaunchPlan {
  const { config_file: text } = template;
  // Some programs tell the format by the ending.
  const name = text?.trimStart().startsWith("{") ? "config.json" : "config";
  const path = join(context.home.run, context.sessionId, name);
  const words: Record<string, string> = {
    "{mcp_url}": context.mcpUrl,
    "{token_variable}": TOKEN_VARIABLE,
    "{session_id}": context.sessionId,
    "{config_file}": path,
  };
  // At once, so that what is put in is not looked at again. What is no word of ours stays.
  const fill = (value: string) => value.replace(/\{[a-z_]+\}/g, (word) => words[word] ?? word);
  const args = context.args ?? template.args ?? [];
  const env = Object.fromEntries(Object.entries(template.env ?? {}).map(([key, value]) => [key, fill(value)]));
  return {
    command: template.command,
    args: args.map(fill),
    env: { ...env, ...sessionEnvironment(context) },
    files: text === undefined ? [] : [{ path, text: fill(text), mode: 0o600 }],
    display: displayCommand(template.command, args),
  };
}
