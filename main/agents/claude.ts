/** Owns how Claude Code is started with the session's MCP endpoint. */
import type { AgentWord } from "../../shared/protocol/agent-words.ts";
import {
  type Agent,
  continueWith,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sayFromHook,
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
      args: withAdditions(args, mcpConfig(context)),
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("claude", args),
    };
  },
  resume: (args) => continueWith(["--continue"], ["-c", "--continue", "-r", "--resume"], args),
};

/** Claude Code expands `${VAR}` from its environment, so the secret is in no argument. Added to the person's own servers. */
function mcpConfig(context: LaunchContext): string {
  const headers = endpointHeaders(context, `\${${TOKEN_VARIABLE}}`);
  return JSON.stringify({ mcpServers: { [MCP_SERVER_NAME]: { type: "http", url: context.mcpUrl, headers } } });
}

/** `--mcp-config` takes every word that follows it, so it stands behind the person's words, and before their `--`. */
function withAdditions(args: readonly string[], config: string): string[] {
  const end = args.indexOf("--");
  const at = end === -1 ? args.length : end;
  const own = args.slice(0, at);
  // A second `--settings` would replace the person's.
  const theirs = own.some((word) => word === "--settings" || word.startsWith("--settings="));
  return [...own, ...(theirs ? [] : ["--settings", SETTINGS]), "--mcp-config", config, ...args.slice(at)];
}

const hook = (word: AgentWord, matcher?: string): object => ({
  ...(matcher === undefined ? {} : { matcher }),
  hooks: [{ type: "command", command: sayFromHook(word) }],
});

/**
 * Added to the person's own settings and hooks for this run: a word when a turn begins, when one ends, and when a decision is
 * asked for. The request comes at once, the notification some seconds later, and from older versions alone.
 */
const SETTINGS = JSON.stringify({
  hooks: {
    UserPromptSubmit: [hook("working")],
    Stop: [hook("finished")],
    PermissionRequest: [hook("waiting")],
    Notification: [hook("waiting", "permission_prompt|elicitation_dialog")],
  },
});
