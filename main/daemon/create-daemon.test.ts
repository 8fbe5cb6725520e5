/** Proves the daemon's own surface over real sockets: who is let in, what is kept for readers, when it ends. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Json, readEvents, readSse } from "../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon, type TestDaemon } from "../../test/support/daemon/start-daemon.ts";
import { silentLog } from "../home/create-log.ts";
import { homeFolder } from "../home/home-folder.ts";
import { daemonProofs } from "../home/proofs.ts";
import { createDaemon } from "./create-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
const start = async (...args: Parameters<typeof startDaemon>) => {
  running = await startDaemon(...args);
  return running;
};

describe("discovery", () => {
  it("names an address that proves itself, in a file that is nobody else's to read", async () => {
    const daemon = await start();
    const file = join(daemon.home, "mcp.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ url: `${daemon.url}/mcp`, pid: process.pid });
    const nonce = "00112233445566778899aabbccddeeff";
    const health = (await (await fetch(`${daemon.url}/health?nonce=${nonce}`)).json()) as Json;
    expect(health).toMatchObject({
      status: "ok",
      port_proof: daemonProofs(daemon.key, nonce, Number(new URL(daemon.url).port)).port_proof,
    });
    expect(health.features).toContain("replay");
  });

  it("is refused to a second daemon of the same home, with a reason", async () => {
    const daemon = await start();
    const second = await createDaemon({ home: homeFolder(daemon.home), log: silentLog() });
    expect(second).toMatchObject({
      ok: false,
      fault: { code: "already-running", message: expect.stringContaining(daemon.url) },
    });
  });

  it("P25: is gone after the end, but never when it is another's by then", async () => {
    const daemon = await start();
    const file = join(daemon.home, "mcp.json");
    await daemon.daemon.dispose();
    expect(existsSync(file)).toBe(false);
    const next = await start();
    const theirs = join(next.home, "mcp.json");
    writeFileSync(theirs, "another's", { mode: 0o600 });
    await next.daemon.dispose();
    expect(readFileSync(theirs, "utf8")).toBe("another's");
  });

  it("says that a port is in use instead of hanging", async () => {
    const daemon = await start();
    const home = homeFolder(join(daemon.home, "other"));
    const { prepareHomeFolder } = await import("../home/home-folder.ts");
    prepareHomeFolder(home);
    const second = await createDaemon({ home, log: silentLog(), port: Number(new URL(daemon.url).port) });
    expect(second).toMatchObject({ ok: false, fault: { code: "port-in-use" } });
    rmSync(home.path, { recursive: true, force: true });
  });
});

describe("a session", () => {
  it("is refused in a folder that is none, and names the folder that it has", async () => {
    const daemon = await start();
    const refused = await daemon.ask("/session", { method: "POST", body: { cwd: "/signalbox/nowhere" } });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "no-such-folder" } });
    expect(await daemon.session({ cwd: "/tmp" })).toMatchObject({ cwd: "/tmp" });
  });

  it("that has ended is 404 for its reader, whose stream ends; unknown ones stay 401", async () => {
    const daemon = await start();
    const { session_id, token } = await daemon.session();
    const stream = await daemon.ask(`/session/${session_id}/events`, { token });
    expect((await daemon.ask(`/session/${session_id}`, { method: "DELETE" })).status).toBe(204);
    await readSse(stream, () => {});
    expect((await daemon.ask(`/session/${session_id}/events`, { token })).status).toBe(404);
    expect((await daemon.ask(`/session/${session_id}/events`)).status).toBe(404);
    expect((await daemon.ask(`/session/${session_id}/events`, { token: "0".repeat(64) })).status).toBe(401);
  });

  it("keeps its events for a reader that comes back: seen and replayed are what was sent, once", async () => {
    const daemon = await start({ one: scripted() });
    const agent = await daemon.agent();
    await agent.tool("flood", { count: 50 });
    const whole = await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 52);
    expect(whole.events.map((event) => event.seq)).toEqual(Array.from({ length: 52 }, (_, i) => i + 1));
    for (const cut of [1, 17, 51]) {
      const rest = await readEvents(
        daemon.url,
        agent.session,
        daemon.key,
        (all) => all.length === 52 - cut,
        whole.ids[cut - 1],
      );
      expect([...whole.ids.slice(0, cut), ...rest.ids]).toEqual(whole.ids);
    }
  });

  it("P2: tells a reader of a former daemon run that it missed what cannot be known", async () => {
    const daemon = await start({ one: scripted() });
    const agent = await daemon.agent();
    await agent.tool("echo");
    const { events } = await readEvents(
      daemon.url,
      agent.session,
      agent.token,
      (all) => all.length === 3,
      "0123456789ab-99",
    );
    expect(events[0]).toEqual({ kind: "gap", missed: null });
    expect(events.slice(1).map((event) => event.kind)).toEqual(["started", "finished"]);
  });

  it("announces what the ring no longer holds", async () => {
    const daemon = await start({ one: scripted() });
    const agent = await daemon.agent();
    await agent.tool("flood", { count: 10_500 });
    const { events } = await readEvents(daemon.url, agent.session, agent.token, (all) => all.length === 10_001);
    expect(events[0]).toEqual({ kind: "gap", missed: 502 });
    expect(events[1]).toMatchObject({ seq: 503 });
  });
});

describe("notices", () => {
  it("begin with all sessions, then all servers and the outbox, then tell each change", async () => {
    const daemon = await start({ one: scripted("--bare", "--tools", "alpha") });
    const notices: Json[] = [];
    const abort = new AbortController();
    const response = await fetch(`${daemon.url}/events`, {
      headers: { authorization: `Bearer ${daemon.key}` },
      signal: abort.signal,
    });
    const reading = readSse(response, (notice) => notices.push(notice as Json)).catch(() => {});
    const { session_id } = await daemon.session({ label: "mine" });
    await vi.waitFor(() => expect(notices.at(-1)).toBeDefined());
    await daemon.ask(`/session/${session_id}`, { method: "DELETE" });
    await vi.waitFor(() => expect(notices).toContainEqual({ type: "session_ended", session_id }));
    expect(notices[0]).toEqual({ type: "sessions", sessions: [] });
    expect(notices[1]).toMatchObject({ type: "servers" });
    expect(notices[2]).toEqual({ type: "outbox", outbox: { waiting: 0, dead: 0, unknown: 0, held: 0 } });
    abort.abort();
    await reading;
  });
});

describe("the end", () => {
  it("comes by itself once nobody has used the daemon for the given time", async () => {
    const daemon = await start({}, { idleMs: 30 });
    expect(await daemon.daemon.done).toBe("idle");
  });

  it("does not come while a session exists, and comes once there is none", async () => {
    const daemon = await start({}, { idleMs: 2_500 });
    const { session_id } = await daemon.session();
    let ended = false;
    void daemon.daemon.done.then(() => {
      ended = true;
    });
    // Longer than the daemon may be unused: there is no event that says that nothing happened.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(ended).toBe(false);
    await daemon.ask(`/session/${session_id}`, { method: "DELETE" });
    expect(await daemon.daemon.done).toBe("idle");
  });

  it("is refused to `stop` while a program runs, unless it is forced", async () => {
    const daemon = await start();
    const { session_id } = await daemon.session();
    const body = { command: "/bin/cat", args: [], env: {}, cwd: "/tmp", cols: 80, rows: 24 };
    expect((await daemon.ask(`/session/${session_id}/terminal`, { method: "POST", body })).status).toBe(201);
    const refused = await daemon.ask("/stop", { method: "POST", body: {} });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ error: { code: "sessions-running" } });
    expect((await daemon.ask("/stop", { method: "POST", body: { force: true } })).status).toBe(202);
    expect(await daemon.daemon.done).toBe("stopped");
  });

  it("P25: tells whoever reads a session's events how its running calls ended", async () => {
    const daemon = await start({ one: scripted() });
    const agent = await daemon.agent();
    const read = (until: (events: Json[]) => boolean) => readEvents(daemon.url, agent.session, agent.token, until);
    const whole = read(() => false);
    for (let i = 0; i < 3; i += 1) void agent.tool("hang").catch(() => {});
    await read((events) => events.length === 3);
    await daemon.daemon.dispose();
    const { events } = await whole;
    expect(events.filter(({ kind }) => kind === "cancelled")).toHaveLength(3);
  });

  it("P25: leaves no process behind, however its servers behave", async () => {
    const daemon = await start({ one: scripted(), mute: scripted("--mute") });
    const agent = await daemon.agent();
    const { pid } = JSON.parse(
      ((await agent.tool("status")).result as { content: { text: string }[] }).content[0]?.text ?? "{}",
    );
    await daemon.daemon.dispose();
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe("servers", () => {
  it("that cannot be tested are told why, with what they wrote", async () => {
    const daemon = await start();
    const test = async (config: unknown) =>
      (await daemon.ask("/servers/test", { method: "POST", body: { name: "x", config } })).json();
    expect(await test(scripted("--bare", "--tools", "a,b"))).toMatchObject({
      state: "ready",
      tools: [{ name: "a" }, { name: "b" }],
    });
    expect(await test(scripted("--exit", "2"))).toMatchObject({
      state: "failed",
      reason: "exited with code 2: scripted: cannot find the module that it needs",
    });
    expect(await test({ url: "ftp://x" })).toMatchObject({
      error: { code: "bad-server", message: expect.stringContaining("http") },
    });
  });

  it("keep their last good state when servers.json is broken, and the line is told", async () => {
    const daemon = await start({ one: scripted("--bare", "--tools", "alpha") });
    writeFileSync(join(daemon.home, "servers.json"), '{\n  "mcpServers": {\n    "one": {,\n', { mode: 0o600 });
    await vi.waitFor(async () => {
      const view = (await (await daemon.ask("/servers")).json()) as { servers: Json[]; error?: string };
      expect(view.error).toMatch(/^servers\.json, line 3: /);
      expect(view.servers).toMatchObject([{ name: "one" }]);
    });
  });

  it("A7: show the end of what they print to standard error, bounded, and no secret in it or in their status", async () => {
    const line = `${"x".repeat(30_000)} the end with s3cret-value`;
    const daemon = await start({
      talks: { ...scripted("--say", line), env: { MY_TOKEN: "s3cret-value" } },
      fails: {
        ...scripted("--exit", "4"),
        env: { MY_TOKEN: "s3cret-value" },
        args: ["-e", "console.error('saw s3cret-value'); process.exit(4)"],
      },
    });
    await vi.waitFor(async () => {
      const { text } = (await (await daemon.ask("/servers/talks/log")).json()) as { text: string };
      expect(text).toMatch(/the end with/);
      expect(text.length).toBeLessThan(17_000);
      expect(text).not.toContain("s3cret-value");
      const view = await (await daemon.ask("/servers")).text();
      expect(view).toContain("exited with code 4: saw");
      expect(view).not.toContain("s3cret-value");
    });
    expect((await daemon.ask("/servers/none/log")).status).toBe(404);
  });

  it("are the demo while nothing else is configured", async () => {
    const daemon = await start();
    const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
    expect(servers).toMatchObject([{ name: "demo", transport: "builtin" }]);
  });
});
