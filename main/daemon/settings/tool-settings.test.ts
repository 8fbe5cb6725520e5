/** Proves that settings narrow an agent's tools, in the list and at the call, and only ever narrow. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startHttpUpstream } from "../../../test/support/daemon/http-upstream.ts";
import type { McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { hiddenBecause, matches } from "./apply-rules.ts";
import { readSessionRules, writeSessionRules } from "./session-rules-file.ts";
import { openToolSettings } from "./tool-settings-store.ts";

let running: TestDaemon | undefined;
const folders: string[] = [];
afterEach(async () => {
  await running?.stop();
  running = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const start = async (...names: string[]) => {
  running = await startDaemon({ one: scripted("--bare", "--tools", names.join(",")) });
  await running.settled();
  return running;
};
const put = (daemon: TestDaemon, path: string, body: unknown) => daemon.ask(path, { method: "PUT", body });
const names = async (agent: McpAgent) =>
  ((await agent.call("tools/list")).result as { tools: { name: string }[] }).tools.map((tool) => tool.name);

describe("rules", () => {
  const facts = { server: "git", tool: "push_all", definition: undefined, worktree: () => true, changed: () => false };

  it("fit names with wildcards, literally otherwise", () => {
    expect(["git*", "*", "g*t", "*it", "git", undefined].every((pattern) => matches(pattern, "git"))).toBe(true);
    expect(["gi", "git?", "g.t", "*x", "git*git", "GIT"].some((pattern) => matches(pattern, "git"))).toBe(false);
  });

  it("cannot be widened by another set: what one hides stays hidden", () => {
    expect(hiddenBecause(facts, [{ hide: [{ tool: "push*" }] }, {}])).toBeDefined();
    expect(hiddenBecause(facts, [{ read_only: true }, { read_only: false }])).toBeDefined();
    expect(hiddenBecause(facts, [{}, { hide: [{ server: "other" }] }])).toBeUndefined();
  });

  it("let a read-only session have the tools that say that they only read", () => {
    const reads = { ...facts, definition: { annotations: { readOnlyHint: true } } };
    expect(hiddenBecause(reads, [{ read_only: true }])).toBeUndefined();
  });
});

describe("a session's rules on disk", () => {
  const kept = (...ids: string[]) =>
    new Map(ids.map((id, at) => [id, { settings: { hide: [{ tool: id }] }, at: at + 1 }]));
  const file = () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-rules-"));
    folders.push(folder);
    return join(folder, "session-tools.json");
  };

  it("are forgotten when nobody has come for them for 90 days, and those set last stay when there are too many", () => {
    const path = file();
    writeSessionRules(path, kept("old", "new"));
    expect([...readSessionRules(path, 2).keys()]).toEqual(["old", "new"]);
    expect([...readSessionRules(path, 90 * 86_400_000 + 1).keys()]).toEqual(["new"]);
    writeSessionRules(path, kept(...Array.from({ length: 600 }, (_, i) => `s${i}`)));
    const left = [...readSessionRules(path, 0).keys()];
    expect([left.length, left[0], left.at(-1)]).toEqual([500, "s100", "s599"]);
  });

  it("are never taken for none when the file is damaged", () => {
    const path = file();
    writeFileSync(path, '{"sessions":[{"id":1}]}', { mode: 0o600 });
    expect(() => readSessionRules(path, 0)).toThrow(/damaged/);
  });
});

describe("settings written by hand", () => {
  it.each([
    ['{"read_onyl":true,"hide":[{"tool":"push"}]}', "read_onyl"],
    ['{"hide":[{"tool":"push"},{"sever":"one"}]}', "sever"],
  ])("tell of a misspelt word, and whatever else they hide stays hidden: %s", (text, word) => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-rules-"));
    folders.push(folder);
    const path = join(folder, "tool-settings.json");
    writeFileSync(path, text, { mode: 0o600 });
    const warnings: string[] = [];
    const settings = openToolSettings(path, join(folder, "session-tools.json"), (sentence) => warnings.push(sentence));
    expect(warnings).toEqual([expect.stringContaining(`"${word}"`)]);
    const facts = { server: "git", tool: "push", definition: undefined, worktree: () => true, changed: () => false };
    expect(hiddenBecause(facts, settings.effective("s"))).toBeDefined();
    // Once they are set anew there is nothing to tell.
    settings.setGlobal({ read_only: true });
    openToolSettings(path, join(folder, "session-tools.json"), (sentence) => warnings.push(sentence));
    expect(warnings).toHaveLength(1);
  });
});

describe("an agent", () => {
  it("A30: that calls a tool hidden from its list is refused, with the reason", async () => {
    const daemon = await start("alpha", "beta");
    await put(daemon, "/tool-settings", { hide: [{ server: "one", tool: "b*" }] });
    const agent = await daemon.agent();
    expect(await names(agent)).toEqual(["alpha"]);
    expect((await agent.tool("beta")).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining("a rule hides it"),
    });
    expect((await agent.tool("one__beta")).error).toBeDefined();
    expect((await agent.tool("alpha")).error).toBeUndefined();
  });

  it("is told exactly when the visible list changed, and of its own session alone", async () => {
    const daemon = await start("alpha", "beta");
    const [mine, theirs] = [await daemon.agent(), await daemon.agent()];
    const streams = [await mine.listen(), await theirs.listen()];
    await names(mine);
    await names(theirs);
    await put(daemon, `/session/${mine.session}/tool-settings`, { hide: [{ tool: "beta" }] });
    await put(daemon, `/session/${mine.session}/tool-settings`, { hide: [{ tool: "b*" }] });
    await vi.waitFor(() => expect(streams[0]?.messages).toHaveLength(1));
    expect(await names(mine)).toEqual(["alpha"]);
    expect(await names(theirs)).toEqual(["alpha", "beta"]);
    expect(streams[0]?.messages).toHaveLength(1);
    expect(streams[1]?.messages).toHaveLength(0);
    for (const stream of streams) stream.close();
  });

  it.each([
    ["everywhere", () => "/tool-settings"],
    ["in its session", (session: string) => `/session/${session}/tool-settings`],
  ])(
    "A30: in read-only mode %s has only tools that say that they only read, and is told when it begins",
    async (_where, path) => {
      const remote = await startHttpUpstream([
        { name: "look", inputSchema: {}, annotations: { readOnlyHint: true } },
        { name: "change", inputSchema: {} },
      ]);
      running = await startDaemon({ one: { url: remote.url } });
      const daemon = running;
      const agent = await daemon.agent();
      const stream = await agent.listen();
      expect(await names(agent)).toEqual(["look", "change"]);
      await put(daemon, path(agent.session), { read_only: true });
      expect(await names(agent)).toEqual(["look"]);
      expect((await agent.tool("change")).error?.message).toContain("read-only");
      expect(remote.calls).toEqual([]);
      expect((await agent.tool("look")).error).toBeUndefined();
      await put(daemon, path(agent.session), {});
      expect(await names(agent)).toEqual(["look", "change"]);
      await vi.waitFor(() => expect(stream.messages).toHaveLength(2));
      stream.close();
      await remote.down();
    },
  );

  it("A30: cannot reach a tool that its session hides, by its own name or by a prefixed one", async () => {
    running = await startDaemon({
      one: scripted("--bare", "--tools", "same,alpha"),
      two: scripted("--bare", "--tools", "same"),
    });
    await running.settled();
    const agent = await running.agent();
    expect(await names(agent)).toEqual(["one__same", "alpha", "two__same"]);
    await put(running, `/session/${agent.session}/tool-settings`, { hide: [{ server: "one" }] });
    expect(await names(agent)).toEqual(["two__same"]);
    for (const name of ["one__same", "alpha", "one__alpha"]) {
      expect((await agent.tool(name)).error?.message).toContain("a rule hides it");
    }
    expect((await agent.tool("two__same")).error).toBeUndefined();
  });

  it("keeps the last list of a server that is away, in a new session too, and is told when a server leaves for good", async () => {
    const remote = await startHttpUpstream([{ name: "far", inputSchema: {} }]);
    const near = scripted("--bare", "--tools", "near");
    running = await startDaemon({ near, remote: { url: remote.url } });
    const daemon = running;
    await daemon.settled();
    const agent = await daemon.agent();
    const stream = await agent.listen();
    expect(await names(agent)).toEqual(["near", "far"]);
    await remote.down();
    expect((await agent.tool("far")).error?.message).toContain("cannot be reached");
    expect(await names(agent)).toEqual(["near", "far"]);
    expect(await names(await daemon.agent())).toEqual(["near", "far"]);
    expect(stream.messages).toEqual([]);
    daemon.writeServers({ near });
    await vi.waitFor(() => expect(stream.messages).toHaveLength(1));
    expect(await names(agent)).toEqual(["near"]);
    stream.close();
  });

  it("is told when its folder becomes a git worktree, without a word of its own", async () => {
    running = await startDaemon({ one: scripted("--bare", "--tools", "alpha,commit") }, { lookMs: 20 });
    await put(running, "/tool-settings", { hide: [{ tool: "commit", when: "no-worktree" }] });
    const cwd = mkdtempSync(join(tmpdir(), "signalbox-folder-"));
    folders.push(cwd);
    const agent = await running.agent({ cwd });
    const stream = await agent.listen();
    expect(await names(agent)).toEqual(["alpha"]);
    writeFileSync(join(cwd, ".git"), "gitdir: elsewhere");
    await vi.waitFor(() => expect(stream.messages).toHaveLength(1));
    expect(stream.messages[0]?.method).toBe("notifications/tools/list_changed");
    expect(await names(agent)).toEqual(["alpha", "commit"]);
    stream.close();
  });

  it("sees tools by whether its folder is a git worktree, as it is now", async () => {
    const daemon = await start("alpha", "commit");
    await put(daemon, "/tool-settings", { hide: [{ tool: "commit", when: "no-worktree" }] });
    const cwd = mkdtempSync(join(tmpdir(), "signalbox-folder-"));
    folders.push(cwd);
    const agent = await daemon.agent({ cwd });
    expect(await names(agent)).toEqual(["alpha"]);
    mkdirSync(join(cwd, ".git"));
    expect(await names(agent)).toEqual(["alpha", "commit"]);
  });

  it("has its own rules still when it comes back to a daemon that was started again, until its session ends", async () => {
    const first = await start("alpha", "beta");
    const agent = await first.agent();
    await put(first, `/session/${agent.session}/tool-settings`, { hide: [{ tool: "beta" }] });
    const file = join(first.home, "session-tools.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await first.daemon.dispose();
    const second = await startDaemon({ one: scripted("--bare", "--tools", "alpha,beta") }, {}, first.home);
    running = second;
    expect(await names(agent)).toEqual(["alpha"]);
    expect((await agent.tool("beta")).error?.message).toContain("a rule hides it");
    await second.ask(`/session/${agent.session}`, { method: "DELETE" });
    expect(readFileSync(file, "utf8")).not.toContain(agent.session);
  });

  it("goes on with a session's rules when it is started anew for it", async () => {
    const daemon = await start("alpha", "beta");
    const former = await daemon.agent();
    await put(daemon, `/session/${former.session}/tool-settings`, { hide: [{ tool: "alpha" }] });
    expect(await names(await daemon.agent({ after: former.session }))).toEqual(["beta"]);
    expect(await names(await daemon.agent({ after: "none" }))).toEqual(["alpha", "beta"]);
  });

  it("keeps its rules when the daemon is started again", async () => {
    const daemon = await start("alpha");
    await put(daemon, "/tool-settings", { read_only: true });
    expect(await (await daemon.ask("/tool-settings")).json()).toEqual({ read_only: true });
    expect((await put(daemon, "/tool-settings", { hide: [{ tool: 7 }] })).status).toBe(400);
    // Without its misspelt word the rule would hide everything, and the switch would switch nothing.
    for (const misspelt of [{ hide: [{ sever: "one" }] }, { buffer: [{ tol: "x" }] }, { read_onyl: true }]) {
      const refused = await put(daemon, "/tool-settings", misspelt);
      expect(refused.status).toBe(400);
      expect(await refused.text()).toMatch(/has a word that is not known: ..(sever|tol|read_onyl)/);
    }
    await daemon.daemon.dispose();
    running = await startDaemon({}, {}, daemon.home);
    expect(await (await running.ask("/tool-settings")).json()).toEqual({ read_only: true });
  });
});
