import { expect, it } from "vitest";
import { splitCommand } from "../../shared/text/split-command.ts";
import { besides, isNameless, parseServers, serverFromForm } from "./parse-servers.ts";

const files = { command: "npx", args: ["-y", "server-filesystem"], timeout: 60 };
const reason = (text: string) => {
  const parsed = parseServers(text);
  return parsed.ok ? "fine" : parsed.reason;
};

it("takes what people copy from a server's documentation, in each of its usual forms, and keeps all of it", () => {
  const expected = { ok: true, value: { files } };
  for (const value of [{ mcpServers: { files } }, { servers: { files } }, { mcp: { servers: { files } } }, { files }])
    expect(parseServers(JSON.stringify(value))).toEqual(expected);
  expect(parseServers(`"files": ${JSON.stringify(files)},`)).toEqual(expected);
  expect(parseServers(`// as documented\n{"mcpServers": {"files": ${JSON.stringify(files)},},}`)).toEqual(expected);
});

it("asks for the name of an entry without one", () => {
  const text = JSON.stringify(files);
  expect(isNameless(text)).toBe(true);
  expect(isNameless(JSON.stringify({ files }))).toBe(false);
  expect(reason(text)).toBe("This is one server without a name: give it one.");
  expect(parseServers(text, "files")).toEqual({ ok: true, value: { files } });
});

it("says what is wrong, in which server and line, in no validator's words", () => {
  expect(reason('{"files": ')).toMatch(/^That wasn't understood: line 1: /);
  expect(reason('{"files": {"url": "ftp://x"}}')).toBe("files, line 1: url must begin with http:// or https://.");
  expect(reason('{"mcpServers": {\n"a": {"command": "x"},\n"b": {"command": 7, "args": {}}}}')).toMatch(
    /^b, line 3: args must be/,
  );
  expect(reason("")).toMatch(/^Paste/);
  expect(reason("{}")).toMatch(/no server/);
  for (const text of ['{"a": {}}', '{"a": null}', "[1]", '"x"', "{a: 1}", "7"])
    expect(reason(text)).not.toMatch(/Invalid|expected|received|undefined|fine/);
});

it("reads a form as an address or a command line", () => {
  const read = (target: string) => serverFromForm("my server", target, splitCommand);
  expect(read("HTTPS://mcp.example/mcp ")).toEqual({
    ok: true,
    value: { "my server": { url: "HTTPS://mcp.example/mcp" } },
  });
  expect(read("npx -y 'a b'")).toEqual({ ok: true, value: { "my server": { command: "npx", args: ["-y", "a b"] } } });
  expect(read(" ").ok).toBe(false);
  expect(serverFromForm(" ", "npx", splitCommand).ok).toBe(false);
});

it("keeps both of a name under names that are free", () => {
  expect(besides({ files, other: files }, new Set(["files", "files-2"]))).toEqual({ "files-3": files, other: files });
});
