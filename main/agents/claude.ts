/** Owns how Claude Code is started with the session's MCP endpoint. */
import {
  type Agent,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";

export const claude: Agent = {
  id: "claude",
  name: "Claude Code",
  programs: ["claude"],
  install: "npm install -g @anthropic-ai/claude-code",
  plan(program, context) {
    const args = context.args ?? [];
    return {
      command: program,
      args: withMcpConfig(args, mcpConfig(context)),
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("claude", args),
    };
  },
};

/** Claude Code expands `${VAR}` from its environment, so the secret is in no argument. Added to the person's own servers. */
function mcpConfig(context: LaunchContext): string {
  const headers = endpointHeaders(context, `\${${TOKEN_VARIABLE}}`);
  return JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: { type: "http", url: context.mcpUrl, headers } } });
}

/** `--mcp-config` takes every word that follows it, so it stands behind the person's words, and before their `--`. */
function withMcpConfig(args: readonly string[], config: string): string[] {
  const end = args.indexOf("--");
  const at = end === -1 ? args.length : end;
  return [...args.slice(0, at), "--mcp-config", config, ...args.slice(at)];
}
