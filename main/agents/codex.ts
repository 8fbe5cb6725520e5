/** Owns how Codex is started with the session's MCP endpoint. */
import {
  type Agent,
  continueWith,
  displayCommand,
  FOREIGN_SESSION_HEADER,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";

export const codex: Agent = {
  id: "codex",
  name: "Codex",
  programs: ["codex"],
  install: "npm install -g @openai/codex",
  plan(program, context) {
    const server = `mcp_servers.${MCP_SERVER_NAME}`;
    // Values are TOML; a basic string there is written as in JSON.
    const settings = [
      `${server}.url=${JSON.stringify(context.mcpUrl)}`,
      `${server}.bearer_token_env_var=${JSON.stringify(TOKEN_VARIABLE)}`,
    ];
    if (context.foreign === true) {
      const header = `${JSON.stringify(FOREIGN_SESSION_HEADER)}=${JSON.stringify(context.sessionId)}`;
      settings.push(`${server}.http_headers={${header}}`);
    }
    const args = context.args ?? [];
    return {
      command: program,
      args: [...settings.flatMap((setting) => ["-c", setting]), ...args],
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("codex", args),
    };
  },
  resume: (args) => continueWith(["resume", "--last"], ["resume"], args),
};
