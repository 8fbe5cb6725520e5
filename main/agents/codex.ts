/** How Codex is started with the session's MCP endpoint. */
import { join } from "node:path";
import { parse } from "smol-toml";
import {
  grammar,
  type ResumeRules,
  type Resumption,
  readCommandLine,
  resumption,
  resumptionByName,
  setOf,
  startsAgent,
} from "./command-line.ts";
import {
  type Agent,
  displayCommand,
  FOREIGN_SESSION_HEADER,
  type LaunchContext,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";
import { homeOf, memberOf } from "./own-settings.ts";

export const codex: Agent = {
  id: "codex",
  name: "Codex",
  programs: ["codex"],
  install: "npm install -g @openai/codex",
  packages: ["@openai/codex"],
  plan(program, context) {
    const server = `mcp_servers.${MCP_SERVER_NAME}`;
    // Values are TOML; a basic string there is written as in JSON.
    const settings = [
      `${server}.url=${JSON.stringify(context.mcpUrl)}`,
      `${server}.bearer_token_env_var=${JSON.stringify(TOKEN_VARIABLE)}`,
    ];
    // The person's own `-c` stands behind ours, and the last one counts.
    if (context.longCallMs !== undefined) {
      const own = ownLimits(context);
      if (own.tool_timeout_sec === undefined)
        settings.push(`${server}.tool_timeout_sec=${Math.round(context.longCallMs / 1_000)}`);
      if (own.startup_timeout_sec === undefined && own.startup_timeout_ms === undefined)
        settings.push(`${server}.startup_timeout_sec=${STARTUP_SECONDS}`);
    }
    if (context.foreign === true) {
      const header = `${JSON.stringify(FOREIGN_SESSION_HEADER)}=${JSON.stringify(context.sessionId)}`;
      settings.push(`${server}.http_headers={${header}}`);
    }
    const args = context.args ?? [];
    return {
      command: program,
      args: startsAgent(GRAMMAR, args) ? [...settings.flatMap((setting) => ["-c", setting]), ...args] : [...args],
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("codex", args),
    };
  },
  resume,
  resumeNamed,
  hasConversation(conversation, { env, list }) {
    const root = join(env.CODEX_HOME || join(env.HOME || env.USERPROFILE || "/", ".codex"), "sessions");
    const within = (folder: string, depth: number): boolean =>
      list(folder).some((name) => (depth === 0 ? name.includes(conversation) : within(join(folder, name), depth - 1)));
    // By year, month and day.
    return within(root, 3);
  },
};

/** The endpoint's first answer waits for MCP servers that are slow to start. */
const STARTUP_SECONDS = 60;

/** What the person's configuration says of a server of our name. */
function ownLimits(context: LaunchContext): Record<string, unknown> {
  const { env = {}, inherited = {} } = context;
  const folder = env.CODEX_HOME || inherited.CODEX_HOME || join(homeOf(context), ".codex");
  try {
    const config = parse(context.readText?.(join(folder, "config.toml")) ?? "");
    const server = memberOf(config, ["mcp_servers", MCP_SERVER_NAME]);
    return typeof server === "object" && server !== null ? { ...server } : {};
  } catch {
    // Codex complains of it itself.
    return {};
  }
}

/** As the `--help` of 0.171.0 has it. */
const OPTIONS = {
  none: `--approve-for-me --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --full-auto -h --help
    --no-alt-screen --no-daemon --oss --search --strict-config -V --version --worktree --yolo`,
  one: `--add-dir -a --ask-for-approval -c --config -C --cd --disable --enable --local-provider -m --model -p --profile --remote
    --remote-auth-token-env -s --sandbox`,
  many: "-i --image",
};
const GRAMMAR = grammar({
  ...OPTIONS,
  agent: "e exec fork resume review",
  other: `a agents app-server apply archive cloud completion debug delete doctor exec-server features help login logout mcp
    migrate-nfs-db migrate-rollouts plugin queue remote-control sandbox unarchive update`,
});
const RULES: ResumeRules = {
  grammar: GRAMMAR,
  last: ["resume", "--last"],
  // Another folder's conversation, another machine's, or a picture that belongs to a prompt.
  never: setOf("-C --cd -h --help -i --image --remote -V --version --worktree"),
  lastAlready: new Set(),
  named: new Set(),
};
/** Of `codex resume [id] [prompt]`. */
const RESUME_GRAMMAR = grammar({ ...OPTIONS, none: `${OPTIONS.none} --all --include-non-interactive --last` });

function resume(args: readonly string[]): Resumption | undefined {
  const { command, options, unsure } = readCommandLine(GRAMMAR, args);
  if (command?.name !== "resume") return resumption(RULES, args);
  const behind = readCommandLine(RESUME_GRAMMAR, command.rest);
  const all = [...options, ...behind.options];
  if (unsure || behind.unsure || all.some(({ name }) => RULES.never.has(name))) return undefined;
  const last = all.some(({ name }) => name === "--last");
  // With `--last` the first word is a prompt already.
  if (behind.words.length > (last ? 0 : 1)) return undefined;
  return { args: [...args], by: last ? "folder" : "name" };
}

/** `codex resume <id>`: of a start by `codex resume …` only what its own options say is kept. */
function resumeNamed(args: readonly string[], conversation: string): Resumption | undefined {
  const { command, options, unsure } = readCommandLine(GRAMMAR, args);
  const by = ["resume", conversation];
  if (command?.name !== "resume") return resumptionByName(RULES, args, by);
  const behind = readCommandLine(RESUME_GRAMMAR, command.rest);
  const all = [...options, ...behind.options];
  if (unsure || behind.unsure || all.some(({ name }) => RULES.never.has(name))) return undefined;
  const own = args.slice(0, args.length - command.rest.length - 1);
  const kept = behind.options.filter(({ name }) => !["--last", "--all", "--include-non-interactive"].includes(name));
  return {
    args: [...own, ...by, ...kept.flatMap(({ at, length }) => command.rest.slice(at, at + length))],
    by: "name",
  };
}
