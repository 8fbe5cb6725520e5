/** The search for agents on this machine: where each program is and which version it reports. */
import { statSync } from "node:fs";
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { AGENTS } from "./agents.ts";
import { findProgram, type SearchOptions } from "./find-program.ts";
import { loginEnvironment } from "./login-environment.ts";
import { programVersion } from "./program-version.ts";
import { interpreter } from "./windows-command.ts";

/** Nobody waits longer for an answer; one that comes later, as on a busy machine, is used the next time. */
const WAIT_MS = 3_000;

/** A program's version, by its path and modification time: an update is asked again. At most one entry per path. */
const versions = new Map<string, { mtimeMs: number; version: Promise<string | undefined> }>();

/**
 * Every agent in the order of `AGENT_IDS`, found or not. A PATH without some of them, as a dock gives it, is
 * completed by the PATH of the person's login shell.
 */
export async function detectAgents(env: NodeJS.ProcessEnv): Promise<AgentView[]> {
  const login = await loginEnvironment(env);
  return Promise.all(AGENT_IDS.map((id) => detect(id, login)));
}

async function detect(id: AgentId, env: NodeJS.ProcessEnv): Promise<AgentView> {
  const agent = AGENTS[id];
  const view = {
    id,
    name: agent.name,
    ...(agent.install === undefined ? {} : { install: agent.install }),
  };
  if (id === "demo" || id === "custom") return { ...view, found: true };
  const path = id === "shell" ? findShell(env) : first(agent.programs, (name) => findProgram(name, env));
  if (path === undefined) return { ...view, found: false };
  // A shell's `--version` says nothing that a person chooses by.
  const version = id === "shell" ? undefined : await knownVersion(path, agent.packages ?? [], env);
  return { ...view, found: true, path, ...(version === undefined ? {} : { version }) };
}

/**
 * `$SHELL`, else the usual ones. On Windows that variable is another system's word (Git Bash sets it to a path that only Git Bash has):
 * there it is PowerShell, the newer one first, else the command interpreter.
 */
export function findShell(env: NodeJS.ProcessEnv, options: SearchOptions = {}): string | undefined {
  const windows = (options.platform ?? process.platform) === "win32";
  const names = windows ? ["pwsh.exe", "powershell.exe", interpreter(env)] : [env.SHELL, "bash", "zsh", "sh"];
  return first(names, (name) => (name ? findProgram(name, env, undefined, options) : undefined));
}

function first<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined when it has none or has not said it yet. */
async function knownVersion(
  path: string,
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const known = versions.get(path);
  const version = known?.mtimeMs === mtimeMs ? known.version : programVersion(path, packages, env);
  versions.set(path, { mtimeMs, version });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WAIT_MS);
  });
  return Promise.race([version, late]).finally(() => clearTimeout(timer));
}
