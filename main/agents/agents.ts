/** Lists the agents, and chooses how one is launched. */
import { mkdirSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import { failed, ok, type Result } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { writePrivateFile } from "../home/private-file.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import type { Resumption } from "./command-line.ts";
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
  /** The agent's own name of the conversation that it was in. */
  conversation?: string | undefined;
}

/** How the agent continues a conversation; undefined when it cannot, or not with these arguments. */
export function resumptionOf(id: AgentId, startable: Startable = {}): Resumption | undefined {
  const { args = [], template, conversation } = startable;
  if (template === undefined) {
    const agent = AGENTS[id];
    const exact = conversation === undefined ? undefined : agent.resumeNamed?.(args, conversation);
    return exact ?? agent.resume?.(args);
  }
  const own = template.resume_args;
  return own === undefined ? undefined : { args: own, by: "folder" };
}

/** The arguments alone. */
export const resumeArguments = (id: AgentId, request?: Startable): string[] | undefined =>
  resumptionOf(id, request)?.args;

/**
 * The agent that a program is, for telling whose conversations lie in a folder: also where the person starts a known one by a command
 * of their own.
 */
export function agentKind(
  id: AgentId,
  { command, template }: { command?: string | undefined; template?: AgentTemplate | undefined },
): string {
  if (id !== "custom") return id;
  const program = basename(template?.command ?? command ?? "").replace(/\.(exe|cmd)$/i, "");
  const known = Object.values(AGENTS).find(({ programs }) => programs.includes(program));
  return known?.id ?? program;
}

/** Whether the agent still has this conversation; undefined where only it knows. */
export function hasConversation(id: AgentId, conversation: string, env: NodeJS.ProcessEnv): boolean | undefined {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder).slice(0, MAX_LISTED);
    } catch {
      return [];
    }
  };
  return AGENTS[id].hasConversation?.(conversation, { env, list });
}

const MAX_LISTED = 50_000;

/** Writes the files of a plan, each whole and 0600, in folders closed to others. Throws when the disk refuses. */
export function writePlanFiles(plan: LaunchPlan): void {
  for (const file of plan.files) {
    mkdirSync(dirname(file.path), { recursive: true, mode: 0o700 });
    writePrivateFile(file.path, file.text);
  }
}
