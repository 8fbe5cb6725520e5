/** What is asked of the gateway for a session that begins in a shell: its folder, its variables and the programs that it finds. */
import { AGENT_IDS } from "../../shared/protocol/app-frames.ts";
import type { NewSession } from "../../shared/protocol/gateway-api.ts";
import { AGENTS } from "../agents/agents.ts";
import { findProgram } from "../agents/find-program.ts";
import { personalVariables } from "../agents/personal-variables.ts";

/** The same for another machine, where programs and variables are its own: an agent or any command, by its name. */
export function newSessionElsewhere(agent: string, args: readonly string[]): NewSession {
  const known = AGENT_IDS.find((id) => id === agent && id !== "custom");
  return {
    agent: known ?? "custom",
    cwd: process.cwd(),
    ...(args.length === 0 ? {} : { args: [...args] }),
    ...(known === undefined && { command: agent }),
  };
}

/** A known agent by its name, else any command. The program is looked for here, where the person's own PATH is. */
export function newSession(agent: string, args: readonly string[]): NewSession {
  const known = AGENT_IDS.find((id) => id === agent && id !== "custom");
  const names = known === undefined ? [agent] : AGENTS[known].programs;
  const found = names.map((name) => findProgram(name, process.env, process.cwd())).find((path) => path !== undefined);
  const command = found ?? (known === undefined ? agent : undefined);
  return {
    agent: known ?? "custom",
    cwd: process.cwd(),
    ...(args.length === 0 ? {} : { args: [...args] }),
    ...(command === undefined ? {} : { command }),
    shell_env: personalVariables(process.env),
  };
}
