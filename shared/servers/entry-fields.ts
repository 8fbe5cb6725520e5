/** Lists the fields that tools write into a server's entry: what each is called where, which have no effect here, and why. */

export type Kind = "stdio" | "http" | "sse" | "websocket" | "extension";

/** By the lower-case word without dashes. */
export const KINDS: Readonly<Record<string, Kind>> = {
  stdio: "stdio",
  local: "stdio",
  process: "stdio",
  http: "http",
  https: "http",
  streamablehttp: "http",
  httpstream: "http",
  remote: "http",
  sse: "sse",
  ws: "websocket",
  wss: "websocket",
  websocket: "websocket",
};

/** What each means, by the names under which tools write it; the first of them wins. */
export const NAMES = {
  type: ["type", "transport", "transportType", "source"],
  command: ["command", "cmd"],
  args: ["args", "arguments"],
  env: ["env", "environment", "envs"],
  cwd: ["cwd", "workingDirectory", "working_directory"],
  envFile: ["envFile", "env_file"],
  // Gemini CLI prefers httpUrl where both are there.
  url: ["httpUrl", "url", "serverUrl", "uri"],
  headers: ["headers", "http_headers"],
  headersFromEnv: ["env_http_headers"],
  bearerFromEnv: ["bearer_token_env_var"],
  headersHelper: ["headersHelper"],
  instances: ["instances"],
  oauth: ["oauth", "auth"],
  disabled: ["disabled"],
  enabled: ["enabled"],
  offer: ["includeTools", "enabledTools", "enabled_tools", "tools"],
  hide: ["excludeTools", "disabledTools", "disabled_tools"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const HARMLESS = new Set([
  ...["name", "title", "displayName", "description", "instructions", "icon", "iconUrl", "icons", "version", "gallery"],
  ...["homepage", "repository", "author", "license", "category", "tags", "keywords", "comment", "note", "notes", "dev"],
  // Servers are given the whole environment.
  ...["env_vars", "env_keys"],
]);

/** What only describes changes nothing, and is not worth a word. */
export const isHarmless = (key: string): boolean => HARMLESS.has(key) || /^(\$|_|\/\/|#|x-)/.test(key);

const TIMEOUT = /time_?out/i;
const APPROVAL = new Set(["alwaysAllow", "autoApprove", "auto_approve", "trust", "approval", "allowedTools"]);
const SANDBOX = /^sandbox/i;

/** Why a field that is known elsewhere has no effect; undefined for one that nobody knows. */
export function ignoredBecause(key: string, value: unknown, remote: boolean): string | undefined {
  // Its unit differs: milliseconds in Claude Code, Gemini CLI, Copilot and opencode, seconds in Cline, Roo and Codex.
  if (TIMEOUT.test(key)) return "calls run until the server answers or the agent gives up";
  if (APPROVAL.has(key)) return "your agent decides which calls it asks about";
  if (SANDBOX.test(key) && value !== false) return "the server runs without a sandbox";
  if (key === "alwaysLoad") return "your agent decides which tools it loads";
  if (remote && (key === "args" || key === "env" || key === "cwd" || key === "envFile")) return "no process is started";
  if (!remote && (key === "headers" || key === "headersHelper" || key === "oauth")) return "nothing is sent over HTTP";
  return undefined;
}
