/** Proves who is let in to the daemon's HTTP surface, over real sockets. */
import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { scripted, startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let running: TestDaemon | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
const start = async (...args: Parameters<typeof startDaemon>) => {
  running = await startDaemon(...args);
  return running;
};

/** A request with exactly these headers, which fetch would not send. */
function plain(url: string, path: string, headers: Record<string, string | string[]>, method = "GET"): Promise<number> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, setHost: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("access", () => {
  it("A1: is refused to every Origin but our own, on every route, before the token is looked at", async () => {
    const daemon = await start();
    const host = new URL(daemon.url).host;
    for (const path of ["/health", "/mcp", "/sessions", "/nothing", "/session/x/events"]) {
      for (const origin of [
        "https://evil.test",
        "null",
        `https://${host}`,
        "http://localhost:1",
        `http://${host}.evil.test`,
      ]) {
        expect(await plain(daemon.url, path, { host, origin, authorization: `Bearer ${daemon.key}` })).toBe(403);
      }
    }
  });

  it("A3: is refused to every Host that is not our own", async () => {
    const daemon = await start();
    const { port } = new URL(daemon.url);
    for (const host of [`evil.test:${port}`, `127.0.0.1.:${port}`, "127.0.0.1", `127.0.0.1:${Number(port) + 1}`, ""]) {
      expect([400, 421]).toContain(await plain(daemon.url, "/health", { host }));
    }
    expect(await plain(daemon.url, `http://127.0.0.1:${port}/health`, { host: `127.0.0.1:${port}` })).toBe(400);
    expect(await plain(daemon.url, "/health", { host: `localhost:${port}` })).toBe(200);
  });

  it("says with 404 that it has no sign-in, so that a client with a wrong token asks no further and shows our words", async () => {
    const daemon = await start();
    const host = new URL(daemon.url).host;
    const { pathname } = new URL(`${daemon.url}/mcp`);
    for (const authorization of [undefined, "Bearer wrong", `Bearer ${daemon.key}`]) {
      const headers = { host, ...(authorization !== undefined && { authorization }) };
      for (const path of [
        "/.well-known/oauth-protected-resource",
        `/.well-known/oauth-protected-resource${pathname}`,
        "/.well-known/oauth-authorization-server?x=1",
        `${pathname}/.well-known/openid-configuration`,
      ]) {
        expect(await plain(daemon.url, path, headers)).toBe(404);
      }
      for (const path of ["/register", "/token"]) expect(await plain(daemon.url, path, headers, "POST")).toBe(404);
    }
    expect(await plain(daemon.url, "/mcp", { host, authorization: "Bearer wrong" }, "POST")).toBe(401);
    expect(await plain(daemon.url, "/sessions", { host, authorization: "Bearer wrong" })).toBe(401);
  });

  it("A8: answers tokens of any odd shape with 401 and never with an exception", async () => {
    const daemon = await start();
    const host = new URL(daemon.url).host;
    for (const authorization of [
      "",
      "Bearer",
      "Bearer ",
      `Bearer ${daemon.key}x`,
      "Bearer a b",
      `Basic ${daemon.key}`,
      `Bearer ${"x".repeat(4000)}`,
    ]) {
      expect(await plain(daemon.url, "/sessions", { host, authorization })).toBe(401);
      expect(await plain(daemon.url, "/mcp", { host, authorization }, "POST")).toBe(401);
    }
    expect(await plain(daemon.url, "/sessions", { host })).toBe(401);
  });

  it("A32: tells another session's id or token from nothing: 401 on events, 404 on /mcp", async () => {
    const daemon = await start({ one: scripted() });
    const [mine, theirs] = [await daemon.agent(), await daemon.agent()];
    for (const id of [theirs.session, "00000000-0000-0000-0000-000000000000"]) {
      expect((await daemon.ask(`/session/${id}/events`, { token: mine.token })).status).toBe(401);
    }
    for (const id of [theirs.mcpSession, "nothing"]) {
      const reply = await mine.raw({
        body: '{"jsonrpc":"2.0","id":5,"method":"ping"}',
        headers: { "mcp-session-id": id },
      });
      expect(reply.status).toBe(404);
      expect(await reply.json()).toEqual({
        jsonrpc: "2.0",
        id: 5,
        error: { code: -32001, message: "Session not found" },
      });
    }
  });

  it("to the daemon's own routes needs the daemon's key, not a session's token", async () => {
    const daemon = await start();
    const { token, session_id } = await daemon.session();
    for (const path of ["/sessions", "/events", "/servers"])
      expect((await daemon.ask(path, { token })).status).toBe(401);
    expect((await daemon.ask("/stop", { method: "POST", token })).status).toBe(401);
    expect((await daemon.ask(`/session/${session_id}`, { method: "DELETE", token })).status).toBe(401);
  });
});
