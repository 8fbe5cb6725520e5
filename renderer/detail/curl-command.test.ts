import { expect, it } from "vitest";
import type { Call } from "../../shared/events/call.ts";
import { parseExact } from "../../shared/text/exact-json.ts";
import { callJson, callMarkdown } from "./copy-call.ts";
import { curlCommand } from "./curl-command.ts";

/** A reference to a variable, as the file and a shell write it. */
const ref = (name: string): string => `\${${name}}`;

const call = (change: Partial<Call>): Call => ({
  id: "c1",
  tool: "search",
  server: "notes",
  state: "finished",
  startedAt: "2026-11-20T14:00:00Z",
  endedAt: undefined,
  durationMs: undefined,
  progress: undefined,
  total: undefined,
  message: undefined,
  updatedAt: "2026-11-20T14:00:00Z",
  updates: 0,
  regressions: 0,
  uncertain: false,
  token: undefined,
  args: { query: "it's" },
  result: undefined,
  cut: undefined,
  error: undefined,
  offset: undefined,
  firstSeq: 1,
  lastSeq: 1,
  ...change,
});

it("gives a command that asks the server for the same thing", () => {
  expect(curlCommand(call({}), { url: "https://notes.example/mcp" })).toBe(
    [
      'curl -sS "https://notes.example/mcp"',
      "-H 'Content-Type: application/json'",
      "-H 'Accept: application/json, text/event-stream'",
      `-H "Mcp-Session-Id: \${MCP_SESSION_ID}"`,
      `--data-raw '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"it'\\''s"}}}'`,
    ].join(" \\\n  "),
  );
});

it("never copies a secret: headers, user names, keys in the address's path or query", () => {
  const command = curlCommand(call({}), {
    url: "https://me:hunter2secret@notes.example/s/a1b2c3d4e5f6g7h8i9/mcp?api_key=k-123&v=$(id)",
    headers: {
      Authorization: "Bearer sk-live-1",
      "X-Api-Key": "abc",
      "X-Team": `Bearer ${ref("TEAM_KEY")}`,
      "bad name": "x",
    },
  });
  for (const secret of ["hunter2", "me:", "a1b2c3", "k-123", "$(id)", "sk-live", "abc", "bad name"]) {
    expect(command, secret).not.toContain(secret);
  }
  expect(command).toContain(`"https://notes.example/s/${ref("URL_PART")}/mcp?api_key=${ref("API_KEY")}&v=${ref("V")}"`);
  expect(command).toContain(`-H "Authorization: Bearer ${ref("AUTHORIZATION")}"`);
  expect(command).toContain(`-H "X-Api-Key: ${ref("X_API_KEY")}"`);
  expect(command).toContain(`-H "X-Team: Bearer ${ref("TEAM_KEY")}"`);
});

it("keeps references of the file as variables", () => {
  expect(curlCommand(call({}), { url: `https://${ref("HOST")}/${ref("secret:notes-key")}/mcp` })).toContain(
    `"https://${ref("HOST")}/${ref("NOTES_KEY")}/mcp"`,
  );
});

it("lets nothing in an argument leave its quotes or act on the terminal it is pasted into", () => {
  const args = { text: "'; rm -rf ~ #\u001b[2J\u202e`id` $(id)" };
  const command = curlCommand(call({ args }), { url: "https://notes.example/mcp" }) ?? "";
  expect(command).toContain("'\\''; rm -rf ~ #\\u001b[2J\\u202e`id` $(id)");
  expect(command).not.toContain("\u001b");
  expect(command).not.toContain("\u202e");
});

it("offers no command that would send something else than the call did", () => {
  const http = { url: "https://notes.example/mcp" };
  expect(curlCommand(call({ args: undefined }), http)).toBeUndefined();
  expect(curlCommand(call({ args: "{", cut: { args: 9e6, result: undefined } }), http)).toBeUndefined();
  expect(curlCommand(call({}), { command: "notes" })).toBeUndefined();
  expect(curlCommand(call({}), undefined)).toBeUndefined();
});

it("copies numbers with the digits that they were written with, in every form", () => {
  const args = parseExact('{"id":9007199254740993,"f":10.0,"big":1e400}');
  const copied = call({ args });
  expect(curlCommand(copied, { url: "https://notes.example/mcp" })).toContain(
    '"id":9007199254740993,"f":10.0,"big":1e400',
  );
  for (const text of [callJson(copied), callMarkdown(copied)]) {
    expect(text).toMatch(/"id": 9007199254740993,\s+"f": 10\.0,\s+"big": 1e400/);
  }
});
