/** Owns the list of agents and the choice of how one is launched. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { writePrivateFile } from "../home/private-file.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { custom } from "./custom.ts";
import { demo } from "./demo.ts";
import { gemini } from "./gemini.ts";
import type { Agent, LaunchContext, LaunchPlan } from "./launch-plan.ts";
import { opencode } from "./opencode.ts";
import { shell } from "./shell.ts";
import { planTemplate } from "./templates.ts";

export const AGENTS: Readonly<Record<AgentId, Agent>> = { claude, codex, gemini, opencode, shell, demo, custom };

/**
 * Decides what to run; nothing is started or written. `found` is the agent as `detectAgents` saw it.
 * Faults: `agent-not-found`, `command-missing`.
 */
export function planLaunch(id: AgentId, found: AgentView | undefined, context: LaunchContext): Result<LaunchPlan> {
  const agent = AGENTS[id];
  if (context.template !== undefined) return ok(planTemplate(context.template, context));
  if (id === "demo") return ok(agent.plan("", context));
  const program = context.command?.trim() || found?.path;
  if (program !== undefined) return ok(agent.plan(program, context));
  if (id === "custom") return failed("command-missing", "No command was given.", "Enter the program to run.");
  const name = agent.programs[0] ?? id;
  return failed(
    "agent-not-found",
    `\`${name}\` wasn't found on PATH.`,
    agent.install === undefined ? "Choose its file." : `Install it with \`${agent.install}\`, or choose its file.`,
  );
}

export interface Startable {
  args?: readonly string[] | undefined;
  template?: AgentTemplate | undefined;
}

/** Arguments with which the agent goes on with its last conversation in its folder; undefined when it cannot, or not with these. */
export function resumeArguments(id: AgentId, { args = [], template }: Startable = {}): string[] | undefined {
  return template === undefined ? AGENTS[id].resume?.(args) : template.resume_args;
}

/** Writes the files of a plan, each whole and 0600, in folders closed to others. Throws when the disk refuses. */
export function writePlanFiles(plan: LaunchPlan): void {
  for (const file of plan.files) {
    mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 });
    writePrivateFile(file.path, file.text);
  }
}
