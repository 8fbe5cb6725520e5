/** Owns how opencode is started with the session's MCP endpoint, and how it says what it does. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AGENT_WORD_PREFIX } from "../../shared/protocol/agent-words.ts";
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
    const path = join(context.home.run, context.sessionId, "opencode-plugin.js");
    const config = { mcp: { [MCP_SERVER_NAME]: server }, plugin: [pathToFileURL(path).href] };
    const args = context.args ?? [];
    return {
      command: program,
      args: [...args],
      // Merged by opencode over the person's own configuration.
      env: { ...sessionEnvironment(context), OPENCODE_CONFIG_CONTENT: JSON.stringify(config) },
      files: [{ path, text: PLUGIN, mode: 0o600 }],
      display: displayCommand("opencode", args),
    };
  },
  resume: (args) => continueWith(["--continue"], ["-c", "--continue", "-s", "--session"], args),
};

/**
 * A plugin beside the person's own: opencode shows nothing of its state outside of its screen, so this says a word to the
 * terminal when a turn begins, when one ends, and when a decision is asked for. Sessions of sub-agents say nothing of turns.
 */
const PLUGIN = `import { closeSync, openSync, writeSync } from "node:fs";

function say(word) {
  try {
    const terminal = openSync("/dev/tty", "w");
    writeSync(terminal, "\\u001b]777;${AGENT_WORD_PREFIX}" + word + "\\u0007");
    closeSync(terminal);
  } catch {}
}

export const Signalbox = async () => {
  const children = new Set();
  return {
    event: async ({ event: { type, properties: about = {} } }) => {
      if (about.info?.parentID !== undefined) children.add(about.info.id);
      if (type === "permission.asked" || type === "permission.updated" || type === "question.asked") say("waiting");
      else if (type === "permission.replied" || type === "question.replied") say("working");
      else if (children.has(about.sessionID)) return;
      else if (type === "session.status" && about.status?.type === "busy") say("working");
      else if (type === "session.idle") say("finished");
    },
  };
};
`;
