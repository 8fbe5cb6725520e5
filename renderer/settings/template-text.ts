/** An agent of one's own as the text of a form's fields, and back. */
import { type AgentTemplate, agentTemplateSchema } from "../../shared/protocol/agent-templates.ts";
import { check, type Parsed } from "../../shared/protocol/schema.ts";

export interface TemplateText {
  name: string;
  command: string;
  /** One argument a line, so that spaces need no quotes. */
  args: string;
  /** `NAME=value`, one a line. */
  env: string;
  resume: string;
  file: string;
}

export const EMPTY_TEMPLATE: TemplateText = { name: "", command: "", args: "", env: "", resume: "", file: "" };

export const templateText = (template: AgentTemplate): TemplateText => ({
  name: template.name,
  command: template.command,
  args: (template.args ?? []).join("\n"),
  env: Object.entries(template.env ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join("\n"),
  resume: (template.resume_args ?? []).join("\n"),
  file: template.config_file ?? "",
});

/** `id`: that of the template being changed; a new one gets one from its name that is not in `taken`. */
export function readTemplate(
  text: TemplateText,
  id: string | undefined,
  taken: readonly string[],
): Parsed<AgentTemplate> {
  const env: Record<string, string> = {};
  for (const line of lines(text.env)) {
    const at = line.indexOf("=");
    if (at < 1) return { ok: false, reason: `“${line}” is no NAME=value` };
    env[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  const args = lines(text.args);
  const resume = lines(text.resume);
  return check(agentTemplateSchema, {
    id: id ?? freeId(text.name, taken),
    name: text.name,
    command: text.command,
    ...(args.length === 0 ? {} : { args }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(resume.length === 0 ? {} : { resume_args: resume }),
    ...(text.file.trim() === "" ? {} : { config_file: text.file }),
  });
}

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== "");

function freeId(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 28) || "agent";
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? base : `${base}-${count}`;
    if (!taken.includes(id)) return id;
  }
}
