/** Owns the shape of a launch: what an agent needs to know to be started, and what has to be run and written for it. */
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import { AGENT_WORD_PREFIX, type AgentWord } from "../../shared/protocol/agent-words.ts";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import type { Result } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import type { HomeFolder } from "../home/home-folder.ts";

export interface LaunchContext {
  /** The session's MCP endpoint, `http://127.0.0.1:<port>/mcp`. */
  mcpUrl: string;
  /** The session's bearer. It may appear in `LaunchPlan.env` and nowhere else. */
  token: string;
  sessionId: string;
  cwd: string;
  home: HomeFolder;
  /** What the program will inherit. */
  inherited?: Readonly<Record<string, string | undefined>>;
  /** Text of a file of the machine; undefined when it cannot be read. */
  readText?: (path: string) => string | undefined;
  /** A foreign daemon also wants its session header. */
  foreign?: boolean;
  /** For `custom` the program; for a known agent the file to use instead of the one on PATH. */
  command?: string;
  /** With `custom`: the person's own agent that it is. */
  template?: AgentTemplate;
  /** The person's own arguments. */
  args?: string[];
  /** The person's own additions to the environment. */
  env?: Record<string, string>;
}

export interface LaunchPlan {
  command: string;
  args: string[];
  /** Added to the child's environment; null removes a variable. */
  env: Record<string, string | null>;
  /** Private files to write before the start; none holds a secret. */
  files: { path: string; text: string; mode: number }[];
  /** What runs as a person would have typed it: without what Signalbox adds. */
  display: string;
}

/** One agent: how it is recognised and how it is started. All of it is pure. */
export interface Agent {
  readonly id: AgentId;
  readonly name: string;
  /** Names looked for on PATH; empty for those that are always there. */
  readonly programs: readonly string[];
  /** The command that installs it, for display. */
  readonly install?: string;
  plan(program: string, context: LaunchContext): LaunchPlan;
  /** The person's arguments, changed so that the agent's last conversation in its folder goes on; undefined when these cannot be. */
  resume?(args: readonly string[]): string[] | undefined;
}

export type PlanLaunch = (agent: AgentId, found: AgentView | undefined, context: LaunchContext) => Result<LaunchPlan>;

/** Name under which an agent sees Signalbox's endpoint among its MCP servers. */
export const MCP_SERVER_NAME = "signalbox";
/** The variable that carries the session's bearer. */
export const TOKEN_VARIABLE = "SIGNALBOX_MCP_TOKEN";
/** What a foreign daemon calls the session. */
export const FOREIGN_SESSION_HEADER = "X-Construct-Session";

/** What every child is told, whatever it is. */
export function sessionEnvironment(context: LaunchContext): Record<string, string> {
  return {
    ...context.env,
    SIGNALBOX_MCP_URL: context.mcpUrl,
    [TOKEN_VARIABLE]: context.token,
    SIGNALBOX_SESSION_ID: context.sessionId,
  };
}

/**
 * Puts `words` before the person's arguments. These stay as they are when one of them is in `already`: they say
 * themselves what goes on. When they begin with a subcommand or a prompt nothing can go on: undefined.
 */
export function continueWith(
  words: readonly string[],
  already: readonly string[],
  args: readonly string[],
): string[] | undefined {
  if (args.some((word) => already.includes(word.split("=")[0] ?? ""))) return [...args];
  return args[0] === undefined || args[0].startsWith("-") ? [...words, ...args] : undefined;
}

/** Headers of the MCP endpoint in an agent's own notation for the secret, for example `Bearer ${VAR}`. */
export function endpointHeaders(context: LaunchContext, reference: string): Record<string, string> {
  const session = context.foreign === true ? { [FOREIGN_SESSION_HEADER]: context.sessionId } : {};
  return { Authorization: `Bearer ${reference}`, ...session };
}

/**
 * A shell command by which an agent's hook says a word to our terminal. Hooks have no terminal of their own, so the word goes to the
 * one that the agent has, their parent or its parent. It prints nothing else, cannot fail, and nobody need wait for it.
 */
export function sayFromHook(word: AgentWord): string {
  const find = "t=$(ps -o tty= -p $PPID); case $t in *[0-9]*) ;; *) t=$(ps -o tty= -p $(ps -o ppid= -p $PPID)) ;; esac";
  const say = `printf '\\033]777;${AGENT_WORD_PREFIX}${word}\\007' > "/dev/\${t%% *}"`;
  return `{ ${find}; case $t in *[0-9]*) ${say} ;; esac; } 2>/dev/null || true`;
}

/** A command line for people to read. Quoted where a shell would need it; nothing is ever run from it. */
export function displayCommand(program: string, args: readonly string[] = []): string {
  const quote = (word: string) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  return [program, ...args].map(quote).join(" ");
}
