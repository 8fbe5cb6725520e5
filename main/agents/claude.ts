/** How Claude Code is started with the session's MCP endpoint. */
import { join, resolve } from "node:path";
import { type AgentWord, PROMPT_WORD } from "../../shared/protocol/agent-words.ts";
import type { CallWait } from "../../shared/protocol/call-wait.ts";
import { grammar, type ResumeRules, readCommandLine, resumption, resumptionByName, setOf } from "./command-line.ts";
import {
  type Agent,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sayFromHook,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";
import { layOver, readSettings } from "./lay-over.ts";
import { homeOf, memberOf, milliseconds } from "./own-settings.ts";
import { PERMISSION_LIMIT_SECONDS, permissionCommand, REPORT_LIMIT_SECONDS, reportCommand } from "./report-command.ts";

export const claude: Agent = {
  id: "claude",
  name: "Claude Code",
  programs: ["claude"],
  install: "npm install -g @anthropic-ai/claude-code",
  packages: ["@anthropic-ai/claude-code"],
  plan(program, context) {
    const args = context.args ?? [];
    const { timeout, wait } = waiting(context, args);
    return {
      command: program,
      args: withAdditions(
        args,
        mcpConfig(context, timeout),
        reportCommand(context, "claude"),
        permissionCommand(context),
      ),
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("claude", args),
      ...(wait !== undefined && { wait }),
    };
  },
  resume: (args) => resumption(RULES, args),
  resumeNamed: (args, conversation) => resumptionByName(RULES, args, ["--resume", conversation]),
  hasConversation(conversation, { env, list }) {
    const projects = join(env.CLAUDE_CONFIG_DIR || join(env.HOME || env.USERPROFILE || "/", ".claude"), "projects");
    return list(projects).some((project) => list(join(projects, project)).includes(`${conversation}.jsonl`));
  },
};

/** As the `--help` of 2.1.197 and 2.1.332 have it, and what they hide there. */
const RULES: ResumeRules = {
  grammar: grammar({
    none: `--allow-dangerously-skip-permissions --ax-screen-reader --bare --bg --background --brief --chrome -c --continue
      --dangerously-skip-permissions --desktop --disable-slash-commands --exclude-dynamic-system-prompt-sections --fork-session
      --forward-subagent-text -h --help --ide --include-hook-events --include-partial-messages --no-chrome --no-session-persistence
      -p --print --replay-user-messages --restricted --safe-mode --strict-mcp-config --tmux -v --version --verbose`,
    one: `--agent --agents --append-system-prompt --append-system-prompt-file --autocompact --debug-file --effort --environment
      --fallback-model --input-format --json-schema --max-budget-usd --max-turns --model -n --name --output-format --permission-mode
      --permission-prompt-tool --permission-prompts --plugin-dir --plugin-url --remote-control-session-name-prefix --session-id
      --setting-sources --settings --system-prompt --system-prompt-file --system-prompt-snapshot`,
    many: "--add-dir --allowedTools --allowed-tools --betas --disallowedTools --disallowed-tools --file --mcp-config --tools",
    maybe: "--cloud -d --debug --from-pr --prompt-suggestions --remote-control -r --resume --teleport -w --worktree",
    other: `agents attach auth auto-mode daemon doctor gateway help import install kill logs mcp plugin plugins project purge rc
      remote-control respawn rm setup-token stop ultrareview update upgrade`,
  }),
  last: ["--continue"],
  never: setOf(
    "--bg --background --cloud --desktop --environment --fork-session -h --help --no-session-persistence -p --print --teleport --tmux -v --version -w --worktree",
  ),
  lastAlready: setOf("-c --continue"),
  named: setOf("-r --resume --from-pr"),
  names: { option: "--session-id", resume: "--resume" },
};

/** Claude Code expands `${VAR}` from its environment, so the secret is in no argument. Added to the person's own servers. */
function mcpConfig(context: LaunchContext, timeout: number | undefined): string {
  const headers = endpointHeaders(context, `\${${TOKEN_VARIABLE}}`);
  const server = { type: "http", url: context.mcpUrl, headers, ...(timeout !== undefined && { timeout }) };
  return JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: server } });
}

/**
 * As read in 2.1.332: a server's `timeout` is the limit of a call, and its silence may last as long. It comes before both of the
 * person's variables, so it is left out where one of them is set. Claude Code tells no server that it gave a call up.
 */
function waiting(context: LaunchContext, args: readonly string[]): { timeout?: number; wait?: CallWait } {
  const total = ownVariable(context, args, "MCP_TOOL_TIMEOUT");
  const idle = ownVariable(context, args, "CLAUDE_CODE_MCP_TOOL_IDLE_TIMEOUT");
  const limit = total !== undefined && total > 0 ? { limit_ms: Math.max(total, SHORTEST_MS) } : {};
  if (idle !== undefined) {
    const silence = idle > 0 ? { silence: { after_ms: Math.max(idle, SHORTEST_MS), check_ms: CHECK_MS } } : {};
    return { wait: { ...limit, ...silence, keep_waiting: false } };
  }
  if (total !== undefined) return { wait: { ...limit, keep_waiting: true } };
  if (context.longCallMs === undefined) return {};
  return { timeout: context.longCallMs, wait: { limit_ms: context.longCallMs, keep_waiting: true } };
}

/** Claude Code takes no shorter limit than this for one, and looks this often for silence. */
const SHORTEST_MS = 1_000;
const CHECK_MS = 30_000;

/** A number of milliseconds that the person gave in the environment, or in the `env` of a settings file, which goes before it. */
function ownVariable(context: LaunchContext, args: readonly string[], name: string): number | undefined {
  const { env = {}, inherited = {} } = context;
  const home = env.CLAUDE_CONFIG_DIR || inherited.CLAUDE_CONFIG_DIR || join(homeOf(context), ".claude");
  const given = readCommandLine(RULES.grammar, args)
    .options.filter((option) => option.name === "--settings")
    .flatMap(({ values }) => values);
  const texts = [
    ...given.map((value) =>
      value.trimStart().startsWith("{") ? value : context.readText?.(resolve(context.cwd, value)),
    ),
    ...["settings.local.json", "settings.json"].map((file) => context.readText?.(join(context.cwd, ".claude", file))),
    context.readText?.(join(home, "settings.json")),
  ];
  const inFiles = texts.map((text) => (text === undefined ? undefined : memberOf(readSettings(text), ["env", name])));
  return [...inFiles, env[name], inherited[name]].map(milliseconds).find((value) => value !== undefined);
}

/** `--mcp-config` takes every word that follows it, so it stands behind the person's words, and before their `--`. */
function withAdditions(
  args: readonly string[],
  config: string,
  report: string | undefined,
  permission: string | undefined,
): string[] {
  const { options, end, command } = readCommandLine(RULES.grammar, args);
  // A command knows none of these options and refuses to run.
  if (command !== undefined) return [...args];
  const at = end ?? args.length;
  const own = args.slice(0, at);
  // A second `--settings` would replace the person's.
  const theirs = options.some(({ name }) => name === "--settings");
  const prints = options.some(({ name }) => name === "-p" || name === "--print");
  return [
    ...own,
    ...(theirs ? [] : ["--settings", settings(!prints, report, permission)]),
    "--mcp-config",
    config,
    ...args.slice(at),
  ];
}

const hook = (word: AgentWord | typeof PROMPT_WORD, matcher?: string): object => ({
  ...(matcher === undefined ? {} : { matcher }),
  hooks: [{ type: "command", command: sayFromHook(word) }],
});

/**
 * Added to the person's own settings and hooks for this run: a word when a turn begins, when one ends or fails, and when a decision is
 * asked for. The request comes at once, the notification some seconds later, and from older versions alone. With `--print` the end of
 * the turn is the end of the program, and nobody can decide anything.
 */
function settings(atPrompt: boolean, report: string | undefined, permission: string | undefined): string {
  const turn = { UserPromptSubmit: [hook(PROMPT_WORD)] };
  const asks = [hook("waiting", ASKING)];
  const words = atPrompt
    ? {
        ...turn,
        Stop: [hook("finished")],
        StopFailure: [hook("failed")],
        PermissionRequest: [hook("waiting")],
        Elicitation: [hook("waiting")],
        Notification: asks,
      }
    : turn;
  // With `--print` nobody is asked: what is not allowed is refused.
  const answers = atPrompt && permission !== undefined ? { PermissionRequest: [asking(permission)] } : {};
  return JSON.stringify({ hooks: layOver(layOver(words, answers), report === undefined ? {} : reporting(report)) });
}

/** Its dialog is open while this waits: as seen in 2.1.197 and 2.1.332. */
const asking = (command: string): object => ({
  hooks: [{ type: "command", timeout: PERMISSION_LIMIT_SECONDS, command }],
});

/** Claude Code waits for none of these: a hook that it waits for would delay each tool, and be complained of where it is slow. */
function reporting(command: string): Record<string, object[]> {
  const hooks = [{ hooks: [{ type: "command", async: true, timeout: REPORT_LIMIT_SECONDS, command }] }];
  return Object.fromEntries(REPORTED.map((event) => [event, hooks]));
}

const REPORTED = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "StopFailure",
  "SessionEnd",
] as const;

/** Kinds of notifications that want a person, of 2.1.332; an older version never has some of them. */
const ASKING = "permission_prompt|worker_permission_prompt|elicitation_dialog|elicitation_url_dialog|agent_needs_input";
