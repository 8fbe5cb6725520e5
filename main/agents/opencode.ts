/** How opencode is started with the session's MCP endpoint, and how it says what it does. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AGENT_WORD_PREFIX } from "../../shared/protocol/agent-words.ts";
import {
  grammar,
  type ResumeRules,
  readCommandLine,
  resumption,
  resumptionByName,
  setOf,
  startsAgent,
} from "./command-line.ts";
import {
  type Agent,
  displayCommand,
  endpointHeaders,
  type LaunchContext,
  MCP_SERVER_NAME,
  sessionEnvironment,
  TOKEN_VARIABLE,
} from "./launch-plan.ts";
import { layOver, readSettings } from "./lay-over.ts";
import { homeOf, memberOf } from "./own-settings.ts";
import { ADDRESS_SCRIPT } from "./report-command.ts";

export const opencode: Agent = {
  id: "opencode",
  name: "opencode",
  programs: ["opencode"],
  install: "npm install -g opencode-ai",
  packages: ["opencode-ai"],
  plan(program, context) {
    const args = context.args ?? [];
    const launch = {
      command: program,
      args: [...args],
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand("opencode", args),
    };
    if (!startsAgent(RULES.grammar, args)) return launch;
    const headers = endpointHeaders(context, `{env:${TOKEN_VARIABLE}}`);
    const path = join(context.home.run, context.sessionId, "opencode-plugin.js");
    // opencode merges it over the person's files, and the person may have one of their own to be merged so.
    const theirs = readSettings(context.env?.[CONFIG_VARIABLE] || context.inherited?.[CONFIG_VARIABLE] || "{}");
    // One that nobody can read is left as it is, for opencode to say so: what it forbids must not be allowed by us.
    if (theirs === undefined) return launch;
    const own = hasOwnTimeout(context, theirs);
    const timeout = own ? memberOf(theirs, ["mcp", MCP_SERVER_NAME, "timeout"]) : context.longCallMs;
    const server = {
      type: "remote",
      url: context.mcpUrl,
      headers,
      enabled: true,
      ...(timeout !== undefined && { timeout }),
    };
    const ours = { mcp: { [MCP_SERVER_NAME]: server }, plugin: [pathToFileURL(path).href] };
    // A server of this name in it would lend ours its own fields.
    const mcp = isServers(theirs.mcp) ? { ...theirs.mcp, [MCP_SERVER_NAME]: undefined } : {};
    const config = JSON.stringify(layOver({ ...theirs, mcp }, ours));
    const plugin = {
      path,
      text: pluginText(readCommandLine(RULES.grammar, args).command === undefined, context.foreign !== true),
      mode: 0o600,
    };
    // It counts silence, and tells the server when it gives a call up.
    const wait = own ? { wait: { keep_waiting: false } } : {};
    return { ...launch, env: { ...launch.env, [CONFIG_VARIABLE]: config }, files: [plugin], ...wait };
  },
  resume: (args) => resumption(RULES, args),
  resumeNamed: (args, conversation) => resumptionByName(RULES, args, ["--session", conversation]),
};

/** As the `--help` of 1.18.33 has it. */
const RULES: ResumeRules = {
  grammar: grammar({
    none: "--auto -c --continue --fork -h --help --mdns --mini --no-replay --print-logs --pure -v --version",
    one: "--agent --hostname --log-level --mdns-domain -m --model --port --prompt --replay-limit -s --session",
    many: "--cors",
    agent: "acp pr run serve web",
    other: `agent attach auth completion db debug export github help import mcp models plug plugin providers session stats uninstall
      upgrade`,
  }),
  last: ["--continue"],
  never: setOf("--cors --fork -h --help --prompt -v --version"),
  lastAlready: setOf("-c --continue"),
  named: setOf("-s --session"),
};

const CONFIG_VARIABLE = "OPENCODE_CONFIG_CONTENT";

/** A limit for calls of the person's own, of which ours would take the place: of a server of our name, or of all of them. */
function hasOwnTimeout(context: LaunchContext, given: unknown): boolean {
  const { env = {}, inherited = {} } = context;
  const home = env.XDG_CONFIG_HOME || inherited.XDG_CONFIG_HOME || join(homeOf(context), ".config");
  const named = env.OPENCODE_CONFIG || inherited.OPENCODE_CONFIG;
  const files = [
    ...["config.json", "opencode.json", "opencode.jsonc"].map((file) => join(home, "opencode", file)),
    ...["opencode.json", "opencode.jsonc"].map((file) => join(context.cwd, file)),
    ...(named ? [named] : []),
  ];
  const all = [given, ...files.map((file) => readSettings(context.readText?.(file) ?? "{}"))];
  const paths = [
    ["mcp", MCP_SERVER_NAME, "timeout"],
    ["experimental", "mcp_timeout"],
  ];
  return all.some((config) => paths.some((names) => memberOf(config, names) !== undefined));
}

const isServers = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/**
 * A plugin beside the person's own: opencode shows nothing of its state outside of its screen, so this says a word to the
 * terminal when a turn begins, when one ends, and when a decision is asked for. Sessions of sub-agents say nothing of turns. Where nobody waits at a prompt (`opencode run`), the end of the turn is
 * the end of the program, and is left to that.
 */
const pluginText = (
  atPrompt: boolean,
  reports: boolean,
): string => `import { closeSync, openSync, writeSync } from "node:fs";

const reports = ${reports ? `process.env.SIGNALBOX_MCP_URL && ${ADDRESS_SCRIPT}` : "undefined"};
const MAX_CHARACTERS = 200_000;
const MAX_WAITING = 50;
let waiting = 0;
const short = (key, value) => (typeof value === "string" && value.length > MAX_CHARACTERS ? value.slice(0, MAX_CHARACTERS) + "…" : value);

// Nobody waits for it, and none is sent while too many are on their way.
function report(event) {
  if (!reports || waiting >= MAX_WAITING) return;
  try {
    waiting += 1;
    const body = JSON.stringify(event, short);
    const headers = { "content-type": "application/json", authorization: "Bearer " + process.env.${TOKEN_VARIABLE} };
    fetch(reports + "?from=opencode", { method: "POST", headers, body, signal: AbortSignal.timeout(3_000) })
      .then((answer) => answer.body?.cancel())
      .catch(() => {})
      .finally(() => (waiting -= 1));
  } catch {}
}

const asking = new Map();
/** Asks in the inbox as well; whichever answer comes first counts. A person may take a day: its fetch, which is Bun's, has no limit. */
async function ask(client, about) {
  const { id } = about;
  if (!reports || asking.has(id)) return;
  const ended = new AbortController();
  asking.set(id, ended);
  try {
    const body = JSON.stringify(about, short);
    const headers = { "content-type": "application/json", authorization: "Bearer " + process.env.${TOKEN_VARIABLE} };
    const address = reports.replace(/agent-events$/, "permission?from=opencode");
    const answer = await fetch(address, { method: "POST", headers, body, signal: ended.signal, timeout: false });
    if (answer.status !== 200 || !asking.has(id)) return;
    const reply = await answer.json();
    await client._client.post({
      url: "/permission/{requestID}/reply",
      path: { requestID: id },
      body: reply,
      headers: { "content-type": "application/json" },
    });
  } catch {
  } finally {
    asking.delete(id);
  }
}
/** It was answered in its own dialog, or its turn is over. */
function asked(id) {
  for (const [one, ended] of [...asking]) {
    if (id !== undefined && one !== id) continue;
    asking.delete(one);
    ended.abort();
  }
}

const seen = new Set();
/** A call's beginning and its end; what it prints meanwhile arrives with the end. */
function reportTool(part, child) {
  const { callID, tool, state } = part;
  if (typeof tool !== "string" || tool.startsWith("${MCP_SERVER_NAME}_") || state === undefined) return;
  const ended = state.status === "completed" || state.status === "error";
  if (!ended && (state.status !== "running" || seen.has(callID))) return;
  if (ended) seen.delete(callID);
  else seen.add(callID);
  const { sessionID, type } = part;
  report({ type: "message.part.updated", properties: { child, part: { type, tool, callID, sessionID, state } } });
}

function say(word) {
  try {
    const terminal = openSync("/dev/tty", "w");
    writeSync(terminal, "\\u001b]777;${AGENT_WORD_PREFIX}" + word + "\\u0007");
    closeSync(terminal);
  } catch {}
}

export const Signalbox = async ({ client }) => {
  const children = new Set();
  return {
    event: async ({ event: { type, properties: about = {} } }) => {
      if (about.info?.parentID !== undefined) children.add(about.info.id);
      const child = children.has(about.part?.sessionID ?? about.sessionID);
      if (type === "message.part.updated" && about.part?.type === "tool") reportTool(about.part, child);
      else if (type === "session.status" || type === "session.idle")
        report({ type, properties: { sessionID: about.sessionID, child } });
      if (type === "permission.asked"${atPrompt ? "" : " && false"}) void ask(client, about);
      if (type === "permission.replied") asked(about.requestID ?? about.permissionID);
      if (type === "session.idle" && !children.has(about.sessionID)) asked();
      if (type === "permission.asked" || type === "permission.updated" || type === "question.asked") say("waiting");
      else if (type === "permission.replied" || type === "question.replied") say("working");
      else if (children.has(about.sessionID)) return;
      else if (type === "session.status" && about.status?.type === "busy") say("working");
      else if (type === "session.idle"${atPrompt ? "" : " && false"}) say("finished");
    },
  };
};
`;
