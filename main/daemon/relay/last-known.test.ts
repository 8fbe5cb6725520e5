/** Proves that an agent keeps its menu over a restart of the daemon while a server is away, and hears when the server is back with another one. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import type { Json, McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

const EVERYTHING = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js", import.meta.url),
);
const daemons: TestDaemon[] = [];
const upstreams: HttpUpstream[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const daemon of daemons.splice(0).reverse()) await daemon.stop();
  for (const upstream of upstreams.splice(0)) await upstream.down();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const start = async (...args: Parameters<typeof startDaemon>) => {
  const daemon = await startDaemon(...args);
  daemons.push(daemon);
  return daemon;
};
const statusOf = async (daemon: TestDaemon, name: string) => {
  const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
  return servers.find((server) => server.name === name) ?? {};
};
const state = (daemon: TestDaemon, name: string, expected: string) =>
  vi.waitFor(async () => expect(await statusOf(daemon, name)).toMatchObject({ state: expected }));
const LISTS = [
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
] as const;
const lists = (agent: McpAgent) =>
  Promise.all(LISTS.map(async ([method, key]) => (await agent.call(method)).result?.[key]));
const names = async (agent: McpAgent) =>
  ((await agent.call("tools/list")).result as { tools: Json[] }).tools.map((tool) => tool.name);
const facts = (reply: { result?: Json }) => reply.result?.structuredContent;

/** A stdio server that starts only while its file is there, whose words are then added to its arguments. */
function present(program: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "signalbox-present-"));
  folders.push(folder);
  const file = join(folder, "here");
  const script = 'words=$(cat "$0") || exit 3; exec "$@" $words';
  return {
    config: { command: "/bin/sh", args: ["-c", script, file, process.execPath, program, ...args] },
    come: (words = "") => writeFileSync(file, words),
    leave: () => rmSync(file),
  };
}

describe("after a restart of the daemon, a server that is away", () => {
  it.each([
    ["alone", {}],
    ["beside another", { other: scripted("--bare", "--tools", "other") }],
  ])(
    "still has its place in the menu, %s: tools, prompts, resources, templates, its own words",
    async (_how, beside) => {
      const everything = present(EVERYTHING, "stdio");
      everything.come();
      const first = await start({ all: everything.config, ...beside });
      for (const name of ["all", ...Object.keys(beside)]) await state(first, name, "ready");
      const before = await first.agent();
      const [tools, ...others] = await lists(before);
      for (const list of [tools, ...others]) expect((list as Json[]).length).toBeGreaterThan(0);
      await first.daemon.dispose();

      everything.leave();
      const second = await start({ all: everything.config, ...beside }, {}, first.home);
      await state(second, "all", "failed");
      const agent = await second.agent();
      const [again, ...othersAgain] = await lists(agent);
      expect(othersAgain).toEqual(others);
      // A server with no client's capabilities to go by may leave some tools out; none is invented.
      expect(tools).toEqual(expect.arrayContaining((again as Json[]).slice(0, 5)));
      expect(agent.initialized.capabilities).toMatchObject({
        prompts: { listChanged: true },
        resources: { listChanged: true },
      });
      expect(agent.initialized.serverInfo).toEqual(before.initialized.serverInfo);
      expect((await agent.tool("echo", { message: "hi" })).error).toMatchObject({
        code: -32000,
        message: expect.stringContaining("“all” exited with code 3"),
        data: { server: "all", code: "server-away" },
      });
      const uri = (others[1] as Json[])[0]?.uri;
      expect((await agent.call("resources/read", { uri })).error).toMatchObject({
        code: -32000,
        data: { server: "all" },
      });
    },
  );

  it("is told of when it comes back with other tools, and only then: to a session that is new, and to one of before", async () => {
    const [fixed, changing] = [0, 1].map(() => present(scripted().args[0] ?? "", "--bare"));
    if (fixed === undefined || changing === undefined) throw new Error("two servers");
    fixed.come("--tools same");
    changing.come("--tools alpha");
    const servers = { fixed: fixed.config, changing: changing.config };
    const first = await start(servers);
    for (const name of ["fixed", "changing"]) await state(first, name, "ready");
    const old = await first.agent();
    expect(await names(old)).toEqual(["same", "alpha"]);
    await first.daemon.dispose();

    fixed.leave();
    changing.leave();
    const second = await start(servers, {}, first.home);
    for (const name of ["fixed", "changing"]) await state(second, name, "failed");
    const fresh = await second.agent();
    expect(await names(fresh)).toEqual(["same", "alpha"]);
    const streams = [await old.listen(), await fresh.listen()];
    fixed.come("--tools same");
    await second.ask("/servers/fixed/restart", { method: "POST" });
    await state(second, "fixed", "ready");
    for (const agent of [old, fresh]) expect((await agent.call("ping")).result).toEqual({});
    for (const { messages } of streams) expect(messages).toEqual([]);

    changing.come("--tools alpha,beta");
    await second.ask("/servers/changing/restart", { method: "POST" });
    for (const { messages } of streams) {
      await vi.waitFor(() =>
        expect(messages.map(({ method }) => method)).toEqual(["notifications/tools/list_changed"]),
      );
    }
    for (const agent of [old, fresh]) expect(await names(agent)).toEqual(["same", "alpha", "beta"]);
    for (const stream of streams) stream.close();
  });

  it("over HTTP takes writes that are kept, and comes back by itself with another list", async () => {
    const tool = (name: string) => ({ name, inputSchema: { type: "object" } });
    const offered = [tool("write")];
    const upstream = await startHttpUpstream(offered);
    upstreams.push(upstream);
    const servers = { remote: { url: upstream.url } };
    const first = await start(servers);
    await first.ask("/tool-settings", { method: "PUT", body: { buffer: [{ server: "remote" }] } });
    await state(first, "remote", "ready");
    await first.daemon.dispose();
    await upstream.down();

    const second = await start(servers, {}, first.home);
    const agent = await second.agent();
    expect(await names(agent)).toEqual(["write"]);
    expect(facts(await agent.tool("write", { page: 1 }))).toMatchObject({ queued: true, tool: "write" });
    expect(upstream.calls).toEqual([]);
    const { messages, close } = await agent.listen();
    offered.push(tool("read"));
    await upstream.up();
    await vi.waitFor(() => expect(messages.map(({ method }) => method)).toEqual(["notifications/tools/list_changed"]));
    expect(await names(agent)).toEqual(["write", "read"]);
    await vi.waitFor(() => expect(upstream.calls.map(({ args }) => args)).toEqual([{ page: 1 }]));
    close();
  });

  it("is forgotten once it is configured otherwise, or not at all", async () => {
    const [one, two, three] = [0, 1, 2].map(() => present(scripted().args[0] ?? "", "--bare"));
    if (one === undefined || two === undefined || three === undefined) throw new Error("three servers");
    for (const [name, server] of Object.entries({ one, two, three })) server.come(`--tools ${name}`);
    const first = await start({ one: one.config, two: two.config, three: three.config });
    for (const name of ["one", "two", "three"]) await state(first, name, "ready");
    await first.daemon.dispose();
    for (const server of [one, two, three]) server.leave();

    const changed = { ...two.config, env: { OTHER: "1" } };
    const second = await start({ one: one.config, two: changed }, {}, first.home);
    expect(await names(await second.agent())).toEqual(["one"]);
    await second.daemon.dispose();
    const third = await start({ one: one.config, two: two.config, three: three.config }, {}, first.home);
    expect(await names(await third.agent())).toEqual(["one"]);
    expect(existsSync(join(first.home, "known-servers.db"))).toBe(true);
  });

  it("costs the daemon nothing when what was kept of it is damaged", async () => {
    const first = await start({ one: scripted("--bare", "--tools", "alpha") });
    await state(first, "one", "ready");
    await first.daemon.dispose();
    writeFileSync(join(first.home, "known-servers.db"), "no database at all ".repeat(1_000));
    const second = await start({ one: scripted("--bare", "--tools", "alpha") }, {}, first.home);
    expect(await names(await second.agent())).toEqual(["alpha"]);
  });
});
