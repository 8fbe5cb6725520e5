/** How Gemini CLI is started with the session's MCP endpoint. */
import { join } from "node:path";
import { check, z } from "../../shared/protocol/schema.ts";
import { grammar, type ResumeRules, resumption, setOf, startsAgent } from "./command-line.ts";
import {
  type Agent,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";
import { readSettings } from "./lay-over.ts";
import { memberOf } from "./own-settings.ts";

export const gemini: Agent = {
  id: "gemini",
  name: "Gemini CLI",
  programs: ["gemini"],
  install: "npm install -g @google/gemini-cli",
  packages: ["@google/gemini-cli"],
  plan(program, context) {
    // System defaults have the lowest precedence: the person's own settings still apply. Gemini expands `$VAR` itself, and
    // skips a file when others may write to its folder or to any folder above; `<home>/run/<session>` is closed.
    const path = join(context.home.run, context.sessionId, "gemini-defaults.json");
    const headers = endpointHeaders(context, `$${TOKEN_VARIABLE}`);
    const args = context.args ?? [];
    const env = sessionEnvironment(context);
    const launch = { command: program, args: [...args], env, files: [], display: displayCommand("gemini", args) };
    if (!startsAgent(RULES.grammar, args)) return launch;
    const machine = machineDefaults(context);
    // One that nobody can read is left as it is, for Gemini to say so: what it forbids must not be allowed by us.
    if (machine === undefined) return launch;
    // The person's own settings of a server of this name take the place of all of this.
    const timeout = memberOf(machine.mcpServers?.[MCP_SERVER_NAME], ["timeout"]) ?? context.longCallMs;
    const server = { httpUrl: context.mcpUrl, headers, ...(timeout !== undefined && { timeout }) };
    const mcpServers = { ...machine.mcpServers, [MCP_SERVER_NAME]: server };
    const text = `${JSON.stringify({ ...machine, mcpServers }, null, 2)}\n`;
    return { ...launch, env: { ...env, [DEFAULTS_VARIABLE]: path }, files: [{ path, text, mode: 0o600 }] };
  },
  resume: (args) => resumption(RULES, args),
};

/** As the `--help` of 0.61.0 has it; each of its options that take a list takes one word of it at a time. */
const RULES: ResumeRules = {
  grammar: grammar({
    none: `--accept-raw-output-risk --acp -d --debug --experimental-acp -h --help -l --list-extensions --list-sessions --raw-output
      -s --sandbox --screen-reader --skip-trust -v --version -y --yolo`,
    one: `--admin-policy --allowed-mcp-server-names --allowed-tools --approval-mode -e --extensions --include-directories -m --model -o
      --output-format --policy -p --prompt -i --prompt-interactive --session-file --session-id`,
    maybe: "--delete-session -r --resume -w --worktree",
    other: "extension extensions gemma help hook hooks mcp skill skills",
  }),
  last: ["--resume", "latest"],
  never: setOf(
    "--acp --delete-session --experimental-acp -h --help -l --list-extensions --list-sessions -o --output-format -p --prompt -i --prompt-interactive --session-file -v --version -w --worktree",
  ),
  // By its place in a list that grows, or the last one: never by a name.
  lastAlready: setOf("-r --resume"),
  named: new Set(),
  names: { option: "--session-id", resume: "--resume" },
};

const DEFAULTS_VARIABLE = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
const MACHINE_PATHS: Readonly<Record<string, string>> = {
  darwin: "/Library/Application Support/GeminiCli/system-defaults.json",
  win32: "C:\\ProgramData\\gemini-cli\\system-defaults.json",
};
const LINUX_PATH = "/etc/gemini-cli/system-defaults.json";
const machineSchema = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).optional() });
type MachineSettings = z.infer<typeof machineSchema>;

/** What the file says that ours takes the place of: an administrator's, or one that the person named. Undefined: it cannot be understood. */
function machineDefaults({ env = {}, inherited = {}, readText }: LaunchContext): MachineSettings | undefined {
  const path =
    env[DEFAULTS_VARIABLE] || inherited[DEFAULTS_VARIABLE] || (MACHINE_PATHS[process.platform] ?? LINUX_PATH);
  const parsed = check(machineSchema, readSettings(readText?.(path) ?? "{}"));
  return parsed.ok ? parsed.value : undefined;
}
