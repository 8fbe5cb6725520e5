/**
 * Proves the original surface (`construct.v1`, `/api/mcp/*`) from outside, so that its clients work unchanged. Point it at
 * any gateway with COMPAT_URL and COMPAT_TOKEN; without them it starts this one beside a foreign daemon.
 */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startGateway, temporaryHome, upgradeStatus } from "../support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

let url = process.env.COMPAT_URL ?? "";
let token = process.env.COMPAT_TOKEN ?? "";
const elsewhere = url !== "";
let daemon: ScriptedDaemon | undefined;
const undo: (() => unknown)[] = [];

beforeAll(async () => {
  if (elsewhere) return;
  const home = temporaryHome();
  undo.push(home.remove);
  daemon = await startScriptedDaemon({ ring: 0 });
  undo.push(daemon.end);
  const file = `${home.home.path}-foreign.json`;
  daemon.announce(file);
  const gateway = await startGateway(home, { discovery: [file] });
  undo.push(gateway.dispose);
  ({ url, token } = gateway);
  while (gateway.app().daemon.state !== "connected") await new Promise((resolve) => gateway.subscribe(resolve));
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const bearer = () => ({ authorization: `Bearer ${token}` });
const post = (path: string, body: unknown, headers: Record<string, string> = bearer()) =>
  fetch(url + path, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
async function newSession(): Promise<{ session_id: string; token: string; cwd: string }> {
  const made = await post("/api/mcp/session", { cwd: "/" });
  expect(made.status).toBe(200);
  return (await made.json()) as { session_id: string; token: string; cwd: string };
}
interface Client {
  socket: WebSocket;
  frames: string[];
  closed: Promise<number>;
  until(count: number): Promise<void>;
}
function connect(query: string, protocols: string[], headers: Record<string, string> = bearer()): Client {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws/mcp/events?${query}`, protocols, { headers });
  const frames: string[] = [];
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => frames.push(isBinary ? "BINARY" : String(data)));
  return {
    socket,
    frames,
    closed: new Promise((resolve) => socket.once("close", resolve)),
    async until(count) {
      while (frames.length < count) await new Promise((resolve) => socket.once("message", resolve));
    },
  };
}

describe("the original surface", () => {
  it("GET /api/mcp/discovery tells the daemon's address and health", async () => {
    const answer = await fetch(`${url}/api/mcp/discovery`, { headers: bearer() });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      available: true,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
      health: { status: "ok" },
    });
  });

  it("every route refuses a missing and a wrong token with 401, before anything else", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }] as Record<string, string>[]) {
      expect((await fetch(`${url}/api/mcp/discovery`, { headers })).status).toBe(401);
      expect((await post("/api/mcp/session", {}, headers)).status).toBe(401);
      expect((await post("/api/mcp/call", {}, headers)).status).toBe(401);
      expect(await upgradeStatus(url, "/ws/mcp/events?session_id=x&mcp_token=y", headers, ["construct.v1"])).toBe(401);
      expect(await upgradeStatus(url, "/ws/terminal?session_id=x", headers, ["construct.v1"])).toBe(401);
    }
  });

  it("takes the token in each of the three places", async () => {
    const { session_id: id, token: mcp } = await newSession();
    const at = `/ws/mcp/events?session_id=${id}&mcp_token=${mcp}`;
    expect(await upgradeStatus(url, at, bearer(), ["construct.v1"])).toBe(101);
    expect(await upgradeStatus(url, at, {}, ["construct.v1", `bearer.${token}`])).toBe(101);
    expect(await upgradeStatus(url, `${at}&token=${token}`, {}, ["construct.v1"])).toBe(101);
    expect((await fetch(`${url}/api/mcp/discovery?token=${token}`)).status).toBe(200);
  });

  it("checks in the specified order: host, origin, token, session_id, mcp_token", async () => {
    const { session_id: id } = await newSession();
    const order: [Record<string, string>, string, number][] = [
      [{ host: "evil.test" }, "", 421],
      [{ origin: "https://evil.test" }, "", 403],
      [{}, "", 401],
      [bearer(), "", 400],
      [bearer(), `session_id=${id}`, 400],
    ];
    for (const [headers, query, status] of order) {
      expect(await upgradeStatus(url, `/ws/mcp/events?${query}`, headers, ["construct.v1"]), query).toBe(status);
    }
    const body = (query: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = {
          ...bearer(),
          connection: "upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        };
        request(`${url}/ws/mcp/events?${query}`, { headers }, (response) => {
          let text = "";
          response.on("data", (data) => {
            text += String(data);
          });
          response.on("end", () => resolve(text));
        })
          .on("error", reject)
          .end();
      });
    expect(JSON.parse(await body(""))).toMatchObject({ error: { message: "missing session_id" } });
    expect(JSON.parse(await body(`session_id=${id}`))).toMatchObject({ error: { message: "missing mcp_token" } });
  });

  it("echoes construct.v1 when it was offered, nothing when nothing was, and never the bearer", async () => {
    const { session_id: id, token: mcp } = await newSession();
    const query = `session_id=${id}&mcp_token=${mcp}`;
    for (const [offered, agreed] of [
      [["construct.v1"], "construct.v1"],
      [["construct.v1", `bearer.${token}`], "construct.v1"],
      [[`bearer.${token}`, "construct.v1"], "construct.v1"],
      [[], ""],
    ] as [string[], string][]) {
      const client = connect(query, offered);
      await new Promise((resolve) => client.socket.once("open", resolve));
      expect(client.socket.protocol).toBe(agreed);
      client.socket.terminate();
    }
  });

  it.skipIf(elsewhere)(
    "sends every payload verbatim as one text frame, to clients with the protocol and without",
    async () => {
      const { session_id: id, token: mcp } = await newSession();
      const clients = [["construct.v1"], []].map((protocols) =>
        connect(`session_id=${id}&mcp_token=${mcp}`, protocols),
      );
      await Promise.all(clients.map(({ socket }) => new Promise((resolve) => socket.once("open", resolve))));
      await daemon?.readers(id, 1);
      const sent = [
        '{ "token": 7, "progress": 4, "total": 10, "message": "…", "tool": "notion", "timestamp": "2026-04-17T10:20:33+00:00" }',
        '{"tool":"ä€𝄞","token":"s-1","progress":1.5,"unknown":{"kept":[1,2]}}',
        '{"token":7,"progress":10,"total":10,"tool":"notion"}',
      ];
      for (const client of clients) client.socket.send("client frames are ignored");
      for (const text of sent) daemon?.emit(id, text);
      for (const client of clients) {
        await client.until(sent.length);
        expect(client.frames).toEqual(sent);
        client.socket.terminate();
      }
    },
  );

  it("a wrong session token is one error frame, then the end", async () => {
    const { session_id: id } = await newSession();
    const client = connect(`session_id=${id}&mcp_token=wrong`, ["construct.v1"]);
    await client.closed;
    expect(client.frames).toHaveLength(1);
    expect(JSON.parse(client.frames[0] ?? "")).toMatchObject({
      error: "daemon-unreachable",
      detail: expect.any(String),
    });
  });

  it.skipIf(elsewhere)("a stream that the daemon ends is one error frame, then the end", async () => {
    const { session_id: id, token: mcp } = await newSession();
    const client = connect(`session_id=${id}&mcp_token=${mcp}`, ["construct.v1"]);
    await daemon?.readers(id, 1);
    daemon?.emit(id, '{"tool":"t","progress":1}');
    await client.until(1);
    daemon?.forget(id);
    for (const reader of [...(daemon?.sessions.get(id)?.readers ?? [])]) reader.end();
    client.socket.terminate();
    expect(client.frames).toEqual(['{"tool":"t","progress":1}']);
  });

  it("POST /api/mcp/session passes the body on and gives the daemon's answer", async () => {
    const made = await newSession();
    expect(made).toMatchObject({ session_id: expect.any(String), token: expect.any(String), cwd: expect.any(String) });
  });

  it.skipIf(elsewhere)("A31: the client's own token never reaches the daemon, by any route", async () => {
    const { session_id: id, token: mcp } = await newSession();
    await post("/api/mcp/call", { jsonrpc: "2.0", id: 0, method: "ping" });
    await post(`/api/mcp/call?session_id=${id}&mcp_token=${mcp}&token=${token}`, {
      jsonrpc: "2.0",
      id: 0,
      method: "ping",
    });
    await post("/api/mcp/servers/test", { config: { command: "true" } });
    const stop = new AbortController();
    await fetch(`${url}/api/mcp/session/${id}/events?mcp_token=${mcp}`, { headers: bearer(), signal: stop.signal });
    stop.abort();
    const events = daemon?.asked.find((item) => item.url.endsWith(`/${id}/events`));
    expect(events?.headers.authorization).toBe(`Bearer ${mcp}`);
    expect(JSON.stringify(daemon?.asked)).not.toContain(token);
  });

  it.skipIf(elsewhere)("GET /api/mcp/session/{id}/events streams what the daemon sends, as it comes", async () => {
    const { session_id: id, token: mcp } = await newSession();
    const stop = new AbortController();
    const response = await fetch(`${url}/api/mcp/session/${id}/events?mcp_token=${mcp}`, {
      headers: bearer(),
      signal: stop.signal,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    await daemon?.readers(id, 1);
    daemon?.emit(id, '{"tool":"t"}');
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('data: {"tool":"t"}')) break;
    }
    stop.abort();
    const refused = await fetch(`${url}/api/mcp/session/${id}/events?mcp_token=wrong`, { headers: bearer() });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toHaveProperty("error");
  });

  it("unknown routes are 404 and other content types 415, in the coded shape", async () => {
    const unknown = await fetch(`${url}/api/mcp/other`, { headers: bearer() });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } });
    const plain = await fetch(`${url}/api/mcp/session`, {
      method: "POST",
      headers: { ...bearer(), "content-type": "text/plain" },
      body: "{}",
    });
    expect(plain.status).toBe(415);
  });
});

describe.skipIf(elsewhere)("without a daemon", () => {
  it("says that there is none: 503 before the upgrade, available false, mcp server not bound", async () => {
    const home = temporaryHome();
    const gateway = await startGateway(home);
    try {
      const headers = { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" };
      expect(await (await fetch(`${gateway.url}/api/mcp/discovery`, { headers })).json()).toMatchObject({
        available: false,
        reason: expect.any(String),
      });
      for (const path of ["/api/mcp/session", "/api/mcp/call", "/api/mcp/servers/test"]) {
        const answer = await fetch(gateway.url + path, { method: "POST", headers, body: "{}" });
        expect(answer.status).toBe(503);
        expect(await answer.json()).toMatchObject({ error: { message: "mcp server not bound" } });
      }
      expect(
        await upgradeStatus(gateway.url, "/ws/mcp/events?session_id=a&mcp_token=b", headers, ["construct.v1"]),
      ).toBe(503);
      expect(await upgradeStatus(gateway.url, "/ws/mcp/events?session_id=a", headers, ["construct.v1"])).toBe(400);
    } finally {
      await gateway.dispose();
      home.remove();
    }
  });
});
