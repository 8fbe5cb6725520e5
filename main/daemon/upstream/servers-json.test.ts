/** What stands in servers.json is what agents get, in a daemon with real servers: no entry costs another, nothing is silently something else. */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { ServerStatus } from "../../../shared/protocol/daemon-api.ts";
import { startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(servers: Record<string, unknown>, env: NodeJS.ProcessEnv = {}): Promise<TestDaemon> {
  const daemon = await startDaemon(servers, { env: { ...process.env, ...env } });
  undo.push(() => daemon.stop());
  return daemon;
}

const servers = async (daemon: TestDaemon) =>
  (await (await daemon.ask("/servers")).json()) as { servers: ServerStatus[]; error?: string };

/** Waits until the server of this name is as it should be. */
async function until(daemon: TestDaemon, name: string, expected: object): Promise<ServerStatus> {
  return vi.waitFor(async () => {
    const found = (await servers(daemon)).servers.find((server) => server.name === name);
    expect(found).toMatchObject(expected);
    return found as ServerStatus;
  });
}

/** A server whose tools are named by its variable TOOLS. */
const told = (env: Record<string, unknown>, more: object = {}) => {
  const { command, args } = scripted("--bare", "--tools");
  const line = [command, ...args].map((word) => `'${word}'`).join(" ");
  return { command: "/bin/sh", args: ["-c", `exec ${line} "$TOOLS"`], env, ...more };
};
const named = (...names: string[]) => ({ state: "ready", tools: names.map((name) => ({ name })) });

async function tools(daemon: TestDaemon, request?: Record<string, unknown>): Promise<string[]> {
  const agent = await daemon.agent(request);
  const { result } = await agent.call("tools/list");
  return (result as { tools: { name: string }[] }).tools.map(({ name }) => name);
}

it("P31: an entry that cannot be used is listed with its line, and the others are ready", async () => {
  const daemon = await start({
    good: scripted("--bare", "--tools", "alpha"),
    bad: { url: "ftp://x" },
    later: { disabled: true },
    "My Server": { ...scripted("--bare", "--tools", "alpha"), timeout: 5, type: "stdio" },
  });
  await until(daemon, "good", named("alpha"));
  await until(daemon, "bad", {
    state: "failed",
    reason: expect.stringMatching(/^servers\.json, line \d+: url must begin/),
  });
  await until(daemon, "later", { state: "disabled", reason: expect.stringMatching(/needs a "command"/) });
  await until(daemon, "My Server", { ...named("alpha"), notes: [expect.stringMatching(/^timeout: /)] });
  expect((await servers(daemon)).error).toBeUndefined();
  expect(await tools(daemon)).toEqual(["good__alpha", expect.stringMatching(/^My-Server-\w+__alpha$/)]);
  expect(
    (await daemon.ask(`/servers/${encodeURIComponent("My Server")}/restart`, { method: "POST", body: {} })).status,
  ).toBe(202);
});

it("P31: another tool's key, or one that is misspelt, makes no server vanish", async () => {
  const alpha = scripted("--bare", "--tools", "alpha");
  const daemon = await start({ one: alpha });
  const write = (value: unknown) =>
    writeFileSync(join(daemon.home, "servers.json"), JSON.stringify(value), { mode: 0o600 });
  for (const value of [{ servers: { two: alpha } }, { three: alpha }, { mcp: { servers: { four: alpha } } }]) {
    write(value);
    const name = JSON.stringify(value).match(/two|three|four/)?.[0] ?? "";
    await until(daemon, name, named("alpha"));
  }
  write({ mcpServer: { five: alpha } });
  await vi.waitFor(async () => {
    const view = await servers(daemon);
    expect(view.error).toMatch(/^servers\.json, line 1: "mcpServer" is not understood/);
    expect(view.servers).toMatchObject([{ name: "four", state: "ready" }]);
  });
});

it("references of other tools reach the server as values; the session's folder is its agent's", async () => {
  const work = realpathSync(mkdtempSync(join(tmpdir(), "signalbox-work-")));
  undo.push(() => rmSync(work, { recursive: true }));
  writeFileSync(join(work, ".env"), "TOOLS=from-file\n");
  const daemon = await start(
    {
      cursor: told({ TOOLS: `\${env:TOOL_NAME}` }),
      gemini: told({ TOOLS: "$OTHER_NAME", NUMBER: 7, ON: true, NOTHING: null }),
      opencode: {
        type: "local",
        command: told({}).command,
        args: told({}).args,
        environment: { TOOLS: "{env:THIRD_NAME}" },
      },
      vscode: told({ TOOLS: `in-\${workspaceFolderBasename}` }),
      missing: told({ TOOLS: `\${env:NOT_SET_ANYWHERE}` }),
      file: told({}, { envFile: `${work}/.env` }),
      line: { command: `${process.execPath} ${scripted("--bare", "--tools", "line").args.join(" ")}` },
    },
    { TOOL_NAME: "cursor-tool", OTHER_NAME: "gemini-tool", THIRD_NAME: "opencode-tool" },
  );
  await until(daemon, "cursor", named("cursor-tool"));
  await until(daemon, "gemini", named("gemini-tool"));
  await until(daemon, "opencode", named("opencode-tool"));
  await until(daemon, "file", named("from-file"));
  await until(daemon, "line", named("line"));
  await until(daemon, "missing", {
    state: "failed",
    reason: "cannot be started: the variable NOT_SET_ANYWHERE is not set",
  });
  const agent = await daemon.agent({ cwd: work });
  // Until its own server has answered, the list is what the look from the person's home has shown.
  await vi.waitFor(async () => {
    const { result } = await agent.call("tools/list");
    expect((result as { tools: { name: string }[] }).tools.map(({ name }) => name)).toContain(`in-${basename(work)}`);
  });
});

it("an input that nobody has given keeps its server from starting, is asked for, and starts it once it is given", async () => {
  const daemon = await start({});
  const file = { inputs: [{ id: "key", description: "A key" }], servers: { one: told({ TOOLS: `\${input:key}` }) } };
  writeFileSync(join(daemon.home, "servers.json"), JSON.stringify(file), { mode: 0o600 });
  await until(daemon, "one", {
    state: "failed",
    reason: expect.stringContaining("the input key (A key) has not been given"),
    needs: [{ id: "key", description: "A key" }],
  });
  expect((await daemon.ask("/secrets/key", { method: "PUT", body: { value: "given-tool" } })).status).toBe(204);
  const status = await until(daemon, "one", { state: "ready" });
  expect(status.needs).toBeUndefined();
});

it("tools that an entry leaves out are neither shown nor called", async () => {
  const daemon = await start({
    some: {
      ...scripted("--bare", "--tools", "read_a,read_b,write"),
      includeTools: ["read_*"],
      disabledTools: ["read_b"],
    },
    none: { ...scripted("--bare", "--tools", "x"), tools: [] },
  });
  await until(daemon, "some", named("read_a"));
  const agent = await daemon.agent();
  const { result } = await agent.call("tools/list");
  expect(result).toMatchObject({ tools: [{ name: "read_a" }] });
  expect((await agent.tool("write")).error?.message).toMatch(/servers\.json leaves it out/);
});

it("headers of a helper are sent with every request, and a helper that fails is the server's reason", async () => {
  const seen = new Set<unknown>();
  const upstream = await startHttpUpstream([{ name: "alpha", inputSchema: { type: "object" } }], (headers) => {
    seen.add(headers["x-helped"]);
    return true;
  });
  undo.push(() => upstream.down());
  const helper = join(mkdtempSync(join(tmpdir(), "signalbox-helper-")), "helper.mjs");
  writeFileSync(helper, 'console.log(JSON.stringify({ "X-Helped": "by-the-helper" }))');
  const daemon = await start({
    helped: { url: upstream.url, headersHelper: `${process.execPath} ${helper}` },
    not: { url: upstream.url, headersHelper: "/nowhere/helper" },
  });
  await until(daemon, "helped", named("alpha"));
  expect([...seen]).toEqual(["by-the-helper"]);
  await until(daemon, "not", {
    state: "failed",
    reason: "cannot be reached: its headersHelper failed: it was not found",
  });
});

it("a link to a file that is the person's own is followed, also to its changes", async () => {
  const daemon = await start({ one: scripted("--bare", "--tools", "alpha") });
  await until(daemon, "one", named("alpha"));
  const folder = join(daemon.home, "dotfiles");
  mkdirSync(folder, { mode: 0o700 });
  const path = join(daemon.home, "servers.json");
  renameSync(path, join(folder, "servers.json"));
  symlinkSync(join(folder, "servers.json"), path);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  writeFileSync(
    join(folder, "servers.json"),
    JSON.stringify({ mcpServers: { two: scripted("--bare", "--tools", "beta") } }),
  );
  await until(daemon, "two", named("beta"));
  rmSync(join(folder, "servers.json"));
  // A file that is away is no empty one.
  await vi.waitFor(async () => {
    const view = await servers(daemon);
    expect(view.error).toMatch(/is a link to .*, which is not there/);
    expect(view.servers).toMatchObject([{ name: "two" }]);
  });
});
