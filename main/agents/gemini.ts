/** Owns how Gemini CLI is started with the session's MCP endpoint. */
import { join } from "node:path";
import {
  type Agent,
  continueWith,
  displayCommand,
  endpointHeaders,
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
    // System defaults have the lowest precedence: the person's own settings still apply. Gemini expands `$VAR` itself,
    // and skips a file whose folder others may write to; `<home>/run/<session>` is closed.
    const path = join(context.home.run, context.sessionId, "gemini-defaults.json");
    const headers = endpointHeaders(context, `$${TOKEN_VARIABLE}`);
    const settings = { mcpServers: { [MCP_SERVER_NAME]: { httpUrl: context.mcpUrl, headers } } };
    const args = context.args ?? [];
    return {
      command: program,
      args: [...args],
      env: { ...sessionEnvironment(context), GEMINI_CLI_SYSTEM_DEFAULTS_PATH: path },
      files: [{ path, text: `${JSON.stringify(settings, null, 2)}\n`, mode: 0o600 }],
      display: displayCommand("gemini", args),
    };
  },
  resume: (args) => continueWith(["--resume", "latest"], ["-r", "--resume"], args),
};
