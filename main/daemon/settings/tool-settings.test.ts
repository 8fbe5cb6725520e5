/** Proves that settings narrow an agent's tools, in the list and at the call, and only ever narrow. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { hiddenBecause, matches } from "./apply-rules.ts";

let running: TestDaemon | undefined;
const folders: string[] = [];
afterEach(async () => {
  await running?.stop();
  running = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const start = async (...names: string[]) => {
  running = await startDaemon({ one: scripted("--bare", "--tools", names.join(",")) });
  return running;
};
const put = (daemon: TestDaemon, path: string, body: unknown) => daemon.ask(path, { method: "PUT", body });
const names = async (agent: McpAgent) =>
  ((await agent.call("tools/list")).result as { tools: { name: string }[] }).tools.map((tool) => tool.name);

describe("rules", () => {
  const facts = { server: "git", tool: "push_all", definition: undefined, worktree: () => true };

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
    await vi.waitFor(() => expect(streams[0]?.messages).toHaveLength(1), 15_000);
    expect(await names(mine)).toEqual(["alpha"]);
    expect(await names(theirs)).toEqual(["alpha", "beta"]);
    expect(streams[0]?.messages).toHaveLength(1);
    expect(streams[1]?.messages).toHaveLength(0);
    for (const stream of streams) stream.close();
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

  it("keeps its rules when the daemon is started again", async () => {
    const daemon = await start("alpha");
    await put(daemon, "/tool-settings", { read_only: true });
    expect(await (await daemon.ask("/tool-settings")).json()).toEqual({ read_only: true });
    expect((await put(daemon, "/tool-settings", { hide: [{ tool: 7 }] })).status).toBe(400);
    const { openToolSettings } = await import("./tool-settings-store.ts");
    expect(openToolSettings(join(daemon.home, "tool-settings.json")).global()).toEqual({ read_only: true });
  });
});
