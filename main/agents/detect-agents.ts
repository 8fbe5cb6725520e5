/** Owns the search for agents on this machine: where each program is and which version it reports. */
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { AGENT_IDS, type AgentId } from "../../shared/protocol/app-frames.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { AGENTS } from "./agents.ts";
import { findProgram } from "./find-program.ts";
import { loginEnvironment } from "./login-environment.ts";

/** Nobody waits longer for an answer; one that comes later, as on a busy machine, is told the next time. */
const WAIT_MS = 3_000;
const VERSION_LIMIT_MS = 10_000;
const VERSION_OUTPUT_BYTES = 64 * 1024;

/** What a program answered, by its path and modification time: an update is asked again. At most one entry per path. */
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
  const version = id === "shell" ? undefined : await programVersion(path, env);
  return { ...view, found: true, path, ...(version === undefined ? {} : { version }) };
}

/** `$SHELL`, else the usual ones. */
export function findShell(env: NodeJS.ProcessEnv): string | undefined {
  return first([env.SHELL, "bash", "zsh", "sh"], (name) => (name ? findProgram(name, env) : undefined));
}

function first<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first version number in what `--version` prints; undefined when it fails or has not answered yet. */
async function programVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const known = versions.get(path);
  const version = known?.mtimeMs === mtimeMs ? known.version : askVersion(path, env);
  versions.set(path, { mtimeMs, version });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), WAIT_MS);
  });
  return Promise.race([version, late]).finally(() => clearTimeout(timer));
}

function askVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { env, timeout: VERSION_LIMIT_MS, killSignal: "SIGKILL", maxBuffer: VERSION_OUTPUT_BYTES } as const;
    const child = execFile(path, ["--version"], options, (error, stdout) => {
      if (error !== null) return resolve(undefined);
      const line = stdout.split("\n").find((text) => text.trim() !== "") ?? "";
      const number = /\d+\.\d+(?:\.\d+)?(?:[-+][\w.-]+)?/.exec(line)?.[0];
      return resolve(number ?? (line === "" ? undefined : oneLine(line, 40)));
    });
    child.stdin?.end();
  });
}
