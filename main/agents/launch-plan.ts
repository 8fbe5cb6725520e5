/** Defines the shape of a launch: what an agent needs to know to be started, and what has to be run and written for it. */
import type { AgentTemplate } from "../../shared/protocol/agent-templates.ts";
import { AGENT_WORD_PREFIX, type AgentWord, type PROMPT_WORD } from "../../shared/protocol/agent-words.ts";
import type { AgentId } from "../../shared/protocol/app-frames.ts";
import type { CallWait } from "../../shared/protocol/call-wait.ts";
import type { Result } from "../../shared/protocol/fault.ts";
import type { AgentView } from "../../shared/protocol/gateway-api.ts";
import { argumentParts, maskedText } from "../../shared/servers/secret-parts.ts";
import type { HomeFolder } from "../home/home-folder.ts";
import type { Resumption } from "./command-line.ts";

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
  /** Milliseconds that an agent is to wait for one call of a tool; without it the agent's own limits stay. */
  longCallMs?: number;
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
  /** How long the agent waits for a call, where that is known and not told by the agent itself. */
  wait?: CallWait;
}

/** Where an agent keeps its conversations. */
export interface ConversationContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Names in a folder; none where it cannot be read. */
  list: (folder: string) => string[];
}

/** One agent: how it is recognised and how it is started. All of it is pure. */
export interface Agent {
  readonly id: AgentId;
  readonly name: string;
  /** Names looked for on PATH; empty for those that are always there. */
  readonly programs: readonly string[];
  /** The command that installs it, for display. */
  readonly install?: string;
  /** The names of the npm packages that it comes in, in which its version stands. */
  readonly packages?: readonly string[];
  plan(program: string, context: LaunchContext): LaunchPlan;
  /** The person's arguments, changed so that a conversation goes on; undefined when these cannot be. */
  resume?(args: readonly string[]): Resumption | undefined;
  /** The same for exactly this conversation, by the agent's own name of it. */
  resumeNamed?(args: readonly string[], conversation: string): Resumption | undefined;
  /** Whether the conversation is still there; undefined where only the agent knows. */
  hasConversation?(conversation: string, context: ConversationContext): boolean | undefined;
}

export type PlanLaunch = (agent: AgentId, found: AgentView | undefined, context: LaunchContext) => Result<LaunchPlan>;

/** Name under which an agent sees Signalbox's endpoint among its MCP servers. */
export const MCP_SERVER_NAME = "signalbox";
/** The variable that carries the session's bearer. */
export const TOKEN_VARIABLE = "SIGNALBOX_MCP_TOKEN";
/** What a foreign daemon calls the session. */
export const FOREIGN_SESSION_HEADER = "X-Construct-Session";

/** The environment variables that every child gets, whatever it is. */
export function sessionEnvironment(context: LaunchContext): Record<string, string> {
  return {
    ...context.env,
    SIGNALBOX_MCP_URL: context.mcpUrl,
    [TOKEN_VARIABLE]: context.token,
    SIGNALBOX_SESSION_ID: context.sessionId,
  };
}

/** Headers of the MCP endpoint in an agent's own notation for the secret, for example `Bearer ${VAR}`. */
export function endpointHeaders(context: LaunchContext, reference: string): Record<string, string> {
  const session = context.foreign === true ? { [FOREIGN_SESSION_HEADER]: context.sessionId } : {};
  return { Authorization: `Bearer ${reference}`, ...session };
}

/**
 * A shell command by which an agent's hook says a word to our terminal. Hooks have no terminal of their own, so the word goes to the
 * one that the agent has, their parent or one above. It prints nothing else, cannot fail, and nobody need wait for it. On Linux the
 * kernel says which terminal that is (proc_pid_stat(5)), so that it works without `ps`, as in small containers; elsewhere `ps` does.
 */
export function sayFromHook(word: AgentWord | typeof PROMPT_WORD): string {
  // A hook is given what happened as one line of JSON; of a turn that failed it names the kind of error, as `rate_limit`.
  const why = word === "failed";
  const read = [
    "w= j=; [ -t 0 ] || IFS= read -r j",
    `case $j in *'"error":"'*) w=\${j#*'"error":"'}; w=";\${w%%[!a-z_]*}" ;; esac; `,
  ].join("; ");
  const text = `\\033]777;${AGENT_WORD_PREFIX}${word}${why ? "%s" : ""}\\007`;
  const say = (terminal: string) => `printf '${text}'${why ? ' "$w"' : ""} > "${terminal}"`;
  // Fields behind the name, which ends at the last `) `: state, parent, group, session, terminal.
  const number = "$((($5 & 255) | (($5 >> 12) & 1048320)))";
  const linux = [
    `p=$PPID; for i in 1 2 3 4; do read -r s < /proc/$p/stat || break; eval "set -- \${s##*) }"`,
    `if [ $((($5 >> 8) & 4095)) -eq 136 ]; then ${say(`/dev/pts/${number}`)}; break; fi`,
    "[ $2 -gt 1 ] || break; p=$2; done",
  ].join("; ");
  const find = "t=$(ps -o tty= -p $PPID); case $t in *[0-9]*) ;; *) t=$(ps -o tty= -p $(ps -o ppid= -p $PPID)) ;; esac";
  const others = `${find}; case $t in *[0-9]*) ${say(`/dev/\${t%% *}`)} ;; esac`;
  return `{ ${why ? read : ""}if [ -r /proc/$PPID/stat ]; then ${linux}; else ${others}; fi; } 2>/dev/null || true`;
}

/** A command line for people to read, also on devices that may only watch: without credentials. Nothing is ever run from it. */
export function displayCommand(program: string, args: readonly string[] = []): string {
  const quote = (word: string) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  return [program, ...argumentParts(args).map(maskedText)].map(quote).join(" ");
}
