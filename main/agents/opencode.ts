/** Owns how opencode is started with the session's MCP endpoint. */
import {
  type Agent,
  continueWith,
  displayCommand,
  endpointHeaders,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";

export const opencode: Agent = {
  id: "opencode",
  name: "opencode",
  programs: ["opencode"],
  install: "npm install -g opencode-ai",
  plan(program, context) {
    const headers = endpointHeaders(context, `{env:${TOKEN_VARIABLE}}`);
    const server = { type: "remote", url: context.mcpUrl, headers, enabled: true };
    const args = context.args ?? [];
    return {
      command: program,
      args: [...args],
      // Merged by opencode over the person's own configuration.
      env: {
        ...sessionEnvironment(context),
        OPENCODE_CONFIG_CONTENT: JSON.stringify({ mcp: { [MCP_SERVER_NAME]: server } }),
      },
      files: [],
      display: displayCommand("opencode", args),
    };
  },
  resume: (args) => continueWith(["--continue"], ["-c", "--continue", "-s", "--session"], args),
};
