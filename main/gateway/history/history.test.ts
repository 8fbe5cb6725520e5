/** Proves that old calls are found, leave Signalbox whole, and take no secret along. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ask, type Home, startGateway, temporaryHome } from "../../../test/support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../../../test/support/gateway/scripted-daemon.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import { daemonKey } from "../../home/secrets.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let daemon: ScriptedDaemon;
let gateway: Gateway;
let id: string;
const SECRET = "canary-password-value";
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  gateway = await startGateway(home);
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "shell", cwd: "/", label: "old work" }),
  });
  id = (made.json() as { id: string }).id;
  await daemon.readers(id, 1);
  const token = daemon.sessions.get(id)?.token;
  const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString();
  for (const event of [
    {
      kind: "started",
      call: "a",
      tool: "deploy_preview",
      server: "vercel",
      args: { branch: "größe", password: SECRET, note: `see ${token}` },
      timestamp: at(0),
    },
    {
      kind: "started",
      call: "b",
      tool: "read_file",
      server: "fs",
      args: { path: "src/router.ts" },
      timestamp: at(100),
    },
    {
      kind: "finished",
      call: "b",
      tool: "read_file",
      server: "fs",
      result: { text: "Lorem" },
      duration_ms: 40,
      timestamp: at(140),
    },
    {
      kind: "failed",
      call: "a",
      tool: "deploy_preview",
      server: "vercel",
      error: { message: "Request timed out" },
      duration_ms: 1200,
      timestamp: at(1200),
    },
  ]) {
    daemon.emit(id, event);
  }
  await vi.waitFor(() => expect(gateway.app().sessions[0]?.calls).toEqual({ total: 2, running: 0, failed: 1 }));
});
afterAll(async () => {
  await gateway.dispose();
  await daemon.end();
  home.remove();
});

describe("history", () => {
  const found = async (query: string) => {
    const { hits } = (await ask(gateway, `/api/v1/search?q=${encodeURIComponent(query)}`)).json() as {
      hits: { call: { id: string } }[];
    };
    return hits.map(({ call }) => call.id);
  };

  it("finds calls by tool, server, argument, result and error, by beginnings of words, and never by an operator", async () => {
    expect(await found("deploy")).toEqual(["a"]);
    expect(await found("router")).toEqual(["b"]);
    expect(await found("lor")).toEqual(["b"]);
    expect(await found("timed out")).toEqual(["a"]);
    expect(await found("GRÖSSE")).toEqual(["a"]);
    expect(await found("Größ")).toEqual(["a"]);
    expect(await found("vercel timed")).toEqual(["a"]);
    for (const query of ["", '"', "a OR b", "NEAR(", "tool:deploy*", "'; DROP TABLE calls; --", "*", "\u0000"])
      await found(query);
    expect(await found(SECRET)).toEqual([]);
  });

  it("says where the words were found: in an error, in an argument, in a result; never in a secret", async () => {
    const snippets = async (query: string) => {
      const { hits } = (await ask(gateway, `/api/v1/search?q=${encodeURIComponent(query)}`)).json() as {
        hits: { snippet?: string }[];
      };
      return hits.map(({ snippet }) => snippet);
    };
    expect(await snippets("timed")).toEqual(["Request timed out"]);
    expect(await snippets("router")).toEqual(["src/router.ts"]);
    expect(await snippets("lorem")).toEqual(["Lorem"]);
    expect(await snippets("deploy")).toEqual([undefined]);
    expect(JSON.stringify(await snippets("branch"))).not.toContain(SECRET);
  });

  it("adds up the calls of a session, with the size of what they carried", async () => {
    const totals = (await ask(gateway, `/api/v1/sessions/${id}/totals`)).json() as {
      tools: { tool: string; bytes: number }[];
    };
    expect(totals).toMatchObject({
      servers: [
        { server: "vercel", calls: 1, errors: 1, p95: 1_200 },
        { server: "fs", calls: 1, errors: 0, p50: 40 },
      ],
      slowest: [{ id: "a", tool: "deploy_preview", durationMs: 1_200 }, { id: "b" }],
    });
    const read = totals.tools.find(({ tool }) => tool === "read_file");
    expect(read?.bytes).toBe('{"path":"src/router.ts"}'.length + '{"text":"Lorem"}'.length);
    expect((await ask(gateway, "/api/v1/sessions/nope/totals")).status).toBe(404);
  });

  it("lists the calls of a session and what is known of each", async () => {
    const { calls } = (await ask(gateway, `/api/v1/sessions/${id}/calls`)).json() as { calls: object[] };
    expect(calls).toMatchObject([
      { id: "a", tool: "deploy_preview", state: "failed", durationMs: 1200, error: { message: "Request timed out" } },
      { id: "b", tool: "read_file", state: "finished", durationMs: 40 },
    ]);
  });

  it("A7: exports every event as a line, without secrets, known or named so", async () => {
    const answer = await ask(gateway, `/api/v1/sessions/${id}/export?format=jsonl`);
    expect(answer.status).toBe(200);
    const lines = answer.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(lines[0].event.args).toMatchObject({ branch: "größe", password: "••••••", note: "see ••••••" });
    expect(answer.text).not.toContain(SECRET);
  });

  it("exports calls as a trace whose lanes do not overlap", async () => {
    const answer = await ask(gateway, `/api/v1/sessions/${id}/export?format=trace`);
    const { traceEvents } = answer.json() as { traceEvents: { name: string; tid: number; dur: number; ph: string }[] };
    expect(traceEvents).toMatchObject([
      { name: "deploy_preview", ph: "X", tid: 1, dur: 1_200_000 },
      { name: "read_file", ph: "X", tid: 2, dur: 40_000 },
    ]);
    expect(answer.text).not.toContain(SECRET);
    expect((await ask(gateway, `/api/v1/sessions/${id}/export?format=pdf`)).status).toBe(400);
  });

  it("tells its figures to those who have a token", async () => {
    const { text, status } = await ask(gateway, "/metrics");
    expect(status).toBe(200);
    // Another test adds one.
    expect(text).toMatch(/^signalbox_events_total [45]$/m);
    expect(text).toMatch(/^signalbox_daemon_connected 1$/m);
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(401);
  });

  it("forgets a session that is deleted, in lists, history and search", async () => {
    const made = await ask(gateway, "/api/v1/sessions", {
      method: "POST",
      body: JSON.stringify({ agent: "shell", cwd: "/" }),
    });
    const other = (made.json() as { id: string }).id;
    await daemon.readers(other, 1);
    daemon.emit(other, { kind: "started", call: "z", tool: "vanishing" });
    await expect.poll(() => found("vanishing")).toEqual(["z"]);
    expect((await ask(gateway, `/api/v1/sessions/${other}`, { method: "DELETE" })).status).toBe(200);
    expect(await found("vanishing")).toEqual([]);
    expect((await ask(gateway, `/api/v1/sessions/${other}/events`)).status).toBe(404);
  });
});
