/** Owns how Gemini CLI is started with the session's MCP endpoint. */
import { join } from "node:path";
import { parseJson, z } from "../../shared/protocol/schema.ts";
import {
  type Agent,
  continueWith,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";

export const gemini: Agent = {
  id: "gemini",
  name: "Gemini CLI",
  programs: ["gemini"],
  install: "npm install -g @google/gemini-cli",
  plan(program, context) {
    // System defaults have the lowest precedence: the person's own settings still apply. Gemini expands `$VAR` itself, and
    // skips a file when others may write to its folder or to any folder above; `<home>/run/<session>` is closed.
    const path = join(context.home.run, context.sessionId, "gemini-defaults.json");
    const headers = endpointHeaders(context, `$${TOKEN_VARIABLE}`);
    const machine = machineDefaults(context);
    const mcpServers = { ...machine.mcpServers, [MCP_SERVER_NAME]: { httpUrl: context.mcpUrl, headers } };
    const args = context.args ?? [];
    return {
      command: program,
      args: [...args],
      env: { ...sessionEnvironment(context), [DEFAULTS_VARIABLE]: path },
      files: [{ path, text: `${JSON.stringify({ ...machine, mcpServers }, null, 2)}\n`, mode: 0o600 }],
      display: displayCommand("gemini", args),
    };
  },
  resume: (args) => continueWith(["--resume", "latest"], ["-r", "--resume"], args),
};

const DEFAULTS_VARIABLE = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH";
const MACHINE_PATHS: Readonly<Record<string, string>> = {
  darwin: "/Library/Application Support/GeminiCli/system-defaults.json",
  win32: "C:\\ProgramData\\gemini-cli\\system-defaults.json",
};
const LINUX_PATH = "/etc/gemini-cli/system-defaults.json";
const machineSchema = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).optional() });

/** What the file says that ours takes the place of: an administrator's, or one that the person named. */
function machineDefaults({ inherited = {}, readText }: LaunchContext): z.infer<typeof machineSchema> {
  const path = inherited[DEFAULTS_VARIABLE] || (MACHINE_PATHS[process.platform] ?? LINUX_PATH);
  const parsed = parseJson(machineSchema, readText?.(path) ?? "{}");
  return parsed.ok ? parsed.value : {};
}
