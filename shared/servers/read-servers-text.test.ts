/** What other tools' documentation shows is understood, or refused with its line for that entry alone. */
import { describe, expect, it } from "vitest";
import { readServersText } from "./read-servers-text.ts";
import { serverAlias } from "./server-alias.ts";

const BASE = `\${BASE:-http://x}`;
const good = { command: "node", args: ["server.mjs"] };

function read(value: unknown) {
  const result = readServersText(typeof value === "string" ? value : JSON.stringify(value, null, 1));
  if (!result.ok) throw new Error(result.reason);
  return new Map(result.servers.map((server) => [server.name, server]));
}
const configOf = (entry: object) => read({ mcpServers: { one: entry } }).get("one")?.config;
const refusalOf = (entry: unknown) => read({ mcpServers: { one: entry } }).get("one")?.refused;
const notesOf = (entry: object) => read({ mcpServers: { one: entry } }).get("one")?.notes;
const whole = (text: string) => {
  const result = readServersText(text);
  return result.ok ? "fine" : result.reason;
};

describe("the file", () => {
  it.each<[string, unknown]>([
    ["mcpServers", { mcpServers: { one: good } }],
    ["VS Code: servers", { inputs: [], servers: { one: good } }],
    ["VS Code's settings: mcp.servers", { "editor.fontSize": 12, mcp: { inputs: [], servers: { one: good } } }],
    ["a dotted name", { "mcp.servers": { one: good } }],
    ["Zed: context_servers", { theme: "x", context_servers: { one: { source: "custom", ...good } } }],
    ["opencode: mcp", { $schema: "s", mcp: { one: { type: "local", command: ["node", "server.mjs"] } } }],
    ["a bare map", { one: good }],
    ["a bare map with a schema", { $schema: "s", one: good }],
    ["a list", { mcpServers: [{ name: "one", ...good }] }],
    ["a whole Claude Desktop configuration", { globalShortcut: "x", mcpServers: { one: good }, preferences: {} }],
    ["Amp", { "amp.mcpServers": { one: good } }],
    ["comments", `// top\n{ /* in */ "mcpServers": { "one": ${JSON.stringify(good)} } } // end`],
    ["trailing commas", '{"mcpServers": {"one": {"command": "node", "args": ["server.mjs",],},},}'],
    ["a byte order mark", `\uFEFF{"mcpServers": {"one": ${JSON.stringify(good)}}}`],
    ["CRLF", JSON.stringify({ mcpServers: { one: good } }, null, 2).replaceAll("\n", "\r\n")],
  ])("is understood as %s", (_form, file) => {
    expect(read(file).get("one")?.config).toEqual(good);
  });

  it("may hold servers under two keys; where both name one, the first is used and the other one is named", () => {
    const both = read({ mcpServers: { one: good }, servers: { one: { command: "other" }, two: { command: "two" } } });
    expect(both.get("one")).toMatchObject({ config: good, notes: ["line 11: a further entry of the same name"] });
    expect(both.get("two")?.config).toEqual({ command: "two" });
  });

  it("without servers holds none, and one in which they are not found is an error: they do not vanish", () => {
    for (const empty of ["{}", '{"mcpServers": {}}', '{"servers": null}']) expect(read(empty).size).toBe(0);
    expect(whole('{\n "mcpServer": {"one": {"command": "x"}}}')).toBe(
      'line 2: "mcpServer" is not understood: call it "mcpServers"',
    );
    expect(whole('{"theme": "dark"}')).toMatch(/^line 1: no servers are named in it/);
    expect(whole('{"command": "npx"}')).toMatch(/^line 1: this is one server without a name/);
    expect(whole('{\n"mcpServers": "x"}')).toMatch(/^line 2: "mcpServers" must hold an object/);
    for (const none of ["", " \n", "[]", "7"]) expect(whole(none)).toMatch(/^line \d: /);
  });

  it("that is half written is an error with the line, in words", () => {
    expect(whole("{\n\n nonsense")).toMatch(/^line 3: a word stands here/);
    expect(whole('{\n "mcpServers": {\n  "a": {"command": "x"}')).toMatch(/^line 3: a closing brace } is missing/);
    expect(whole('{"a"\n 1}')).toMatch(/^line 2: a colon is missing/);
    expect(whole("[".repeat(200_000))).toMatch(/^line 1: /);
  });

  it("names what stands twice, or outside of the key", () => {
    const twice = read('{"mcpServers": {"a": {"command": "x"},\n"a": {"command": "y", "command": "z"}}}').get("a");
    expect(twice).toMatchObject({ line: 2, config: { command: "z" } });
    expect(twice?.notes.join()).toMatch(/a: it stands there twice.*command: it stands there twice/);
    const beside = read({ mcpServers: { one: good }, two: good });
    expect(beside.get("two")?.refused).toMatch(/it stands beside "mcpServers"/);
    expect(read({ mcpServers: { mcpServers: { one: good } } }).get("mcpServers")?.refused).toMatch(/one level up/);
  });
});

describe("one bad entry", () => {
  it("under a key that stands twice is named, because nobody reads it", () => {
    const keys = read(
      '{"mcpServers": {"a": {"command": "x"},\n"both": {"command": "x"}},\n"mcpServers": {"both": {"command": "y"}}}',
    );
    expect([...keys.keys()]).toEqual(["both", "a"]);
    expect(keys.get("both")).toMatchObject({ config: { command: "y" } });
    expect(keys.get("a")?.refused).toBe(
      'line 1: "mcpServers" stands twice in the file, and the last one counts: move this server there',
    );
    const deep = read('{"mcp": {"servers": {"a": {"command": "x"}}}, "mcp": {"servers": {"b": {"command": "y"}}}}');
    expect(deep.get("b")).toMatchObject({ config: { command: "y" } });
    expect(deep.get("a")?.refused).toMatch(/"mcp" stands twice/);
  });

  it("is refused with its line, and costs the others nothing", () => {
    const servers = read(
      '{\n "mcpServers": {\n  "a": {"command": "x"},\n  "b": {"url":\n 7.5},\n "c": {"url": "http://c"}\n }\n}',
    );
    expect(servers.get("a")?.config).toEqual({ command: "x" });
    expect(servers.get("b")?.config).toBeUndefined();
    expect(servers.get("b")?.refused).toMatch(/^line [45]: url must begin with http/);
    expect(servers.get("c")?.config).toEqual({ url: "http://c" });
  });

  it.each<[unknown, RegExp]>([
    [{}, /needs a "command".* or a "url"/],
    ["npx x", /must be an object/],
    [{ command: 7, args: "x" }, /args must be a list of texts/],
    [{ command: "" }, /command is empty/],
    [{ url: "ftp://x" }, /url must begin with http/],
    [{ url: "localhost:3000/mcp" }, /url must begin with http/],
    [{ url: "https://" }, /names no host/],
    [{ type: "ws", url: "wss://x/mcp" }, /type "ws" is not supported/],
    [{ url: "wss://x/mcp" }, /WebSocket/],
    [{ type: "grpc", url: "http://x" }, /type "grpc" is not understood/],
    [{ type: "http", command: "x" }, /its type is "http", but it has no url/],
    [{ type: "stdio", url: "http://x" }, /its type is "stdio", but it has no command/],
    [{ command: "x", url: "http://x" }, /both a command and a url/],
    [{ command: "x", disabled: "sometimes" }, /disabled must be true or false/],
    [{ command: "x", env: ["A=b"] }, /env must be an object of texts/],
    [{ command: "x", env: { A: { b: 1 } } }, /env.A must be a text/],
    [{ source: "extension", settings: {} }, /extension of an editor/],
    [{ command: "x", env: { API_KEY: "••••••" } }, /env.API_KEY holds ••••••, /],
  ])("%j says why, and in no validator's words", (entry, reason) => {
    const refused = refusalOf(entry) ?? "";
    expect(refused).toMatch(/^line \d+: /);
    expect(refused).toMatch(reason);
    expect(refused).not.toMatch(/expected|received|Invalid|undefined/);
  });

  it("that is switched off may be unfinished", () => {
    expect(read({ mcpServers: { todo: { disabled: true } } }).get("todo")).toMatchObject({ disabled: true });
    expect(read({ mcpServers: { todo: { enabled: false } } }).get("todo")).toMatchObject({ disabled: true });
  });
});

describe("an entry", () => {
  it.each<[string, object, object]>([
    ["Claude Code: type http", { type: "http", url: "http://x" }, { url: "http://x" }],
    ["Roo: streamable-http", { type: "streamable-http", url: "http://x" }, { url: "http://x" }],
    ["Cline: streamableHttp", { type: "streamableHttp", url: "http://x" }, { url: "http://x" }],
    ["opencode: remote", { type: "remote", url: "http://x" }, { url: "http://x" }],
    ["sse", { type: "sse", url: "http://x/sse" }, { url: "http://x/sse", transport: "sse" }],
    ["transport instead of type", { transport: "sse", url: "http://x" }, { url: "http://x", transport: "sse" }],
    ["Windsurf: serverUrl", { serverUrl: "http://x" }, { url: "http://x" }],
    ["Gemini CLI: httpUrl before url", { url: "http://sse", httpUrl: "http://x" }, { url: "http://x" }],
    ["Goose: uri", { uri: "http://x" }, { url: "http://x" }],
    ["an upper-case scheme", { url: "HTTP://x/mcp" }, { url: "HTTP://x/mcp" }],
    ["space around an address", { url: " http://x/mcp " }, { url: "http://x/mcp" }],
    ["a variable in an address", { url: `${BASE}/mcp` }, { url: `${BASE}/mcp` }],
    ["a command as a list", { command: ["npx", "-y", "z"], args: ["w"] }, { command: "npx", args: ["-y", "z", "w"] }],
    [
      "Zed's command",
      { command: { path: "p", args: ["1"], env: { A: "b" } } },
      { command: "p", args: ["1"], env: { A: "b" } },
    ],
    ["environment", { command: "x", environment: { A: "b" } }, { command: "x", env: { A: "b" } }],
    [
      "numbers and booleans",
      { command: "x", args: [1, true], env: { PORT: 8080, ON: false } },
      { command: "x", args: ["1", "true"], env: { PORT: "8080", ON: "false" } },
    ],
    ["numbers in headers", { url: "http://x", headers: { "X-N": 7 } }, { url: "http://x", headers: { "X-N": "7" } }],
    ["null as absent", { command: "x", args: null, env: { A: null }, cwd: null, url: null }, { command: "x", env: {} }],
    ["disabled", { command: "x", disabled: true }, { command: "x", disabled: true }],
    ["enabled", { command: "x", enabled: false }, { command: "x", disabled: true }],
    ["enabled and not disabled", { command: "x", enabled: true, disabled: false }, { command: "x" }],
    ["Copilot: all tools", { command: "x", tools: ["*"] }, { command: "x" }],
    ["Copilot: some", { command: "x", tools: ["a", "b"] }, { command: "x", offer: ["a", "b"] }],
    ["Copilot: none", { command: "x", tools: [] }, { command: "x", offer: [] }],
    [
      "Gemini CLI: includeTools, excludeTools",
      { command: "x", includeTools: ["a", "b(c)"], excludeTools: ["b"] },
      { command: "x", offer: ["a", "b"], hide: ["b"] },
    ],
    ["Cline: disabledTools", { command: "x", disabledTools: ["a"] }, { command: "x", hide: ["a"] }],
    ["VS Code: envFile", { command: "x", envFile: ".env" }, { command: "x", envFile: ".env" }],
    ["Claude Code: headersHelper", { url: "http://x", headersHelper: "h" }, { url: "http://x", headersHelper: "h" }],
    ["Claude Code: oauth with a port alone", { url: "http://x", oauth: { callbackPort: 1 } }, { url: "http://x" }],
    ["opencode: oauth false", { url: "http://x", oauth: false }, { url: "http://x" }],
    [
      "Cursor: auth",
      { url: "http://x", auth: { CLIENT_ID: "c", CLIENT_SECRET: "s", scopes: ["a", "b"] } },
      { url: "http://x", oauth: { clientId: "c", clientSecret: "s", scope: "a b" } },
    ],
    [
      "Codex: a token from a variable",
      { url: "http://x", bearer_token_env_var: "T" },
      { url: "http://x", headers: { Authorization: `Bearer \${env:T}` } },
    ],
    ["type decides", { type: "stdio", command: "x", url: "http://x" }, { command: "x" }],
  ])("is understood: %s", (_form, entry, config) => {
    expect(configOf(entry)).toEqual(config);
    expect(configOf({ ...entry, description: "words", gallery: true, dev: {} })).toEqual(config);
  });

  it("keeps the digits of a number that JavaScript cannot hold", () => {
    const text = '{"mcpServers": {"one": {"command": "x", "env": {"ID": 12345678901234567890, "V": 1.0}}}}';
    expect(read(text).get("one")?.config).toMatchObject({ env: { ID: "12345678901234567890", V: "1.0" } });
  });

  it("names what has no effect, once and with the reason; what only describes is not worth a word", () => {
    expect(notesOf({ type: "stdio", command: "x", description: "d", version: "1", gallery: true })).toEqual([]);
    for (const [entry, note] of [
      [{ command: "x", timeout: 60 }, /^timeout: calls run until/],
      [{ command: "x", autoApprove: ["a"] }, /^autoApprove: your agent decides/],
      [{ command: "x", trust: true }, /^trust: /],
      [{ command: "x", sandboxEnabled: true }, /^sandboxEnabled: the server runs without a sandbox/],
      [{ command: "x", frobnicate: 1 }, /^frobnicate: not understood/],
      [{ url: "http://x", env: { A: "b" } }, /^env: no process is started/],
      [{ command: "x", headers: { A: "b" } }, /^headers: nothing is sent over HTTP/],
      [{ url: "http://x", oauth: { callbackPort: 1 } }, /^oauth.callbackPort: not supported/],
      [{ type: "http", command: "x", url: "http://x" }, /^command: its type is "http"/],
    ] as const) {
      expect(notesOf(entry), JSON.stringify(entry)).toEqual([expect.stringMatching(note)]);
    }
  });
});

describe("a name", () => {
  it.each(["My Server", "@modelcontextprotocol/server-x", "github.com/a/b/tree/main/src/time", "файлы", "日本語"])(
    "%s is kept, and its tools get a prefix that every agent accepts",
    (name) => {
      expect(read({ mcpServers: { [name]: good } }).get(name)?.config).toEqual(good);
      expect(serverAlias(name)).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
      expect(serverAlias(name)).toBe(serverAlias(name));
    },
  );

  it("that is plain is its own prefix, and no two names share one", () => {
    expect(serverAlias("git_hub-2")).toBe("git_hub-2");
    expect(serverAlias("git.hub")).toBe("git_hub");
    const names = ["a b", "a_b", "a-b", "a/b", "a  b", "я", "ю", "x".repeat(40), "x".repeat(41)];
    expect(new Set(names.map(serverAlias)).size).toBe(names.length);
  });

  it.each(["", "  ", "a\u202eb", "a\u0007", "__proto__", "x".repeat(200)])("%j is refused", (name) => {
    const text = `{"mcpServers": {${JSON.stringify(name)}: {"command": "x"}, "good": {"command": "y"}}}`;
    expect(read(text).get(name)?.refused).toMatch(/^line 1: /);
    expect(read(text).get("good")?.config).toEqual({ command: "y" });
  });
});
