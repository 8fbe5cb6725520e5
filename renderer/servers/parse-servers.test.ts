import { expect, it } from "vitest";
import { splitCommand } from "../sessions/split-command.ts";
import { parseServers, serverFromForm } from "./parse-servers.ts";

const files = { command: "npx", args: ["-y", "server-filesystem"] };

it("takes what people copy from a server's documentation, in each of its usual forms", () => {
  const expected = { ok: true, value: { mcpServers: { files } } };
  expect(parseServers(JSON.stringify({ mcpServers: { files } }))).toEqual(expected);
  expect(parseServers(JSON.stringify({ files }))).toEqual(expected);
  expect(parseServers(`"files": ${JSON.stringify(files)},`)).toEqual(expected);
});

it("says what is wrong, and at which server", () => {
  expect(parseServers('{"files": ')).toMatchObject({ ok: false });
  const broken = parseServers('{"files": {"url": "ftp://x"}}');
  expect(broken.ok ? "" : broken.reason).toContain("files");
  expect(parseServers('{"../etc": {"command": "x"}}').ok).toBe(false);
});

it("reads a form as an address or a command line", () => {
  expect(serverFromForm("https://mcp.example/mcp", splitCommand)).toEqual({
    ok: true,
    value: { url: "https://mcp.example/mcp" },
  });
  expect(serverFromForm("npx -y 'a b'", splitCommand)).toEqual({
    ok: true,
    value: { command: "npx", args: ["-y", "a b"] },
  });
  expect(serverFromForm(" ", splitCommand).ok).toBe(false);
});
