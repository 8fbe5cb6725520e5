/** Proves at real sockets that what was opened closes when its token is not good any more. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import type { HomeFolder } from "../../main/home/home-folder.ts";
import { closed, type GuardedGateway, startGuardedGateway } from "../support/gateway/guarded-gateway.ts";
import { ask, socketTo } from "../support/gateway/running-gateway.ts";

let guarded: GuardedGateway;
let home: HomeFolder;
let gateway: Gateway;
let session: string;
beforeAll(async () => {
  guarded = await startGuardedGateway();
  ({ home, gateway, session } = guarded);
});
afterAll(() => guarded.end());

describe("revocation", () => {
  it("A12: a revoked device's live sockets close within a second, and its token opens nothing", async () => {
    const { link_code } = (await ask(gateway, "/api/v1/pairing", { method: "POST", body: "{}" })).json() as {
      link_code: string;
    };
    const paired = await fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": link_code } });
    const { token } = (await paired.json()) as { token: string };
    expect(readFileSync(join(home.path, "devices.json"), "utf8")).not.toContain(token);
    const sockets = ["/ws/app", `/ws/mcp/events?session_id=${session}`].map((path) =>
      socketTo(gateway, path, "signalbox.v1", token),
    );
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("open", resolve))));
    const owner = socketTo(gateway, "/ws/app");
    await new Promise((resolve) => owner.once("open", resolve));
    const { devices } = (await ask(gateway, "/api/v1/devices")).json() as { devices: { id: string }[] };
    const id = devices[0]?.id ?? "";
    expect(
      (await ask(gateway, `/api/v1/devices/${id}`, { method: "PATCH", body: JSON.stringify({ name: "Phone" }) }))
        .status,
    ).toBe(200);
    const begun = performance.now();
    const codes = sockets.map(closed);
    expect((await ask(gateway, `/api/v1/devices/${id}`, { method: "DELETE" })).status).toBe(200);
    expect(await Promise.all(codes)).toEqual([4001, 4001]);
    // 1 s is promised; a machine that is busy with other things gets more, and what is broken never ends.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect((await ask(gateway, "/api/v1/app", { headers: { authorization: `Bearer ${token}` } })).status).not.toBe(200);
    expect(owner.readyState).toBe(owner.OPEN);
    owner.terminate();
  });

  it("A12: what a revoked device is still being sent over HTTP ends within a second too", async () => {
    const { link_code } = (await ask(gateway, "/api/v1/pairing", { method: "POST", body: "{}" })).json() as {
      link_code: string;
    };
    const paired = await fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": link_code } });
    const { token } = (await paired.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const stream = await fetch(`${gateway.url}/api/mcp/session/${session}/events`, { headers });
    expect(stream.headers.get("content-type")).toMatch(/event-stream/);
    const { id } = (await ask(gateway, "/api/v1/me", { headers })).json() as { id: string };
    expect((await ask(gateway, `/api/v1/devices/${id}`, { method: "DELETE" })).status).toBe(200);
    // A stream that is left open sends a comment now and then and never ends.
    await expect(stream.text()).rejects.toThrow();
  });

  it("A12: the owner's token can be replaced: its sockets close, the old one is refused, the new one works", async () => {
    const old = gateway.token;
    const socket = socketTo(gateway, "/ws/app");
    await new Promise((resolve) => socket.once("open", resolve));
    const code = closed(socket);
    const { token } = (await ask(gateway, "/api/v1/token/rotate", { method: "POST", body: "{}" })).json() as {
      token: string;
    };
    expect(await code).toBe(4001);
    expect(gateway.token).toBe(token);
    expect((await ask(gateway, "/api/v1/app", { headers: { authorization: `Bearer ${old}` } })).status).not.toBe(200);
    expect((await ask(gateway, "/api/v1/app")).status).toBe(200);
  });

  /** A device with a token of its own. */
  async function device(): Promise<{ id: string; token: string; as: (init?: RequestInit) => RequestInit }> {
    const { link_code } = (await ask(gateway, "/api/v1/pairing", { method: "POST", body: "{}" })).json() as {
      link_code: string;
    };
    const { token } = (await redeem(link_code)).body as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const { id } = (await ask(gateway, "/api/v1/me", { headers })).json() as { id: string };
    return { id, token, as: (init = {}) => ({ ...init, headers }) };
  }
  async function redeem(code: string): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": code } });
    return { status: answer.status, body: await answer.json() };
  }
  const codesOf = async (init: RequestInit) =>
    (await ask(gateway, "/api/v1/pairing", { ...init, method: "POST", body: '{"digits":true}' })).json() as {
      link_code: string;
      digits: string;
    };

  it("A12: codes that a removed device made are void", async () => {
    const gone = await device();
    const [first, second] = [await codesOf(gone.as()), await codesOf(gone.as())];
    expect((await ask(gateway, `/api/v1/devices/${gone.id}`, { method: "DELETE" })).status).toBe(200);
    expect((await redeem(first.link_code)).status).toBe(401);
    expect((await redeem(second.digits)).status).toBe(401);
  });

  it("A12: a code that a device made before it was restricted to watching gives no more than watching", async () => {
    const restricted = await device();
    const { link_code } = await codesOf(restricted.as());
    const body = JSON.stringify({ scope: "read-only" });
    expect((await ask(gateway, `/api/v1/devices/${restricted.id}`, { method: "PATCH", body })).status).toBe(200);
    expect(await redeem(link_code)).toMatchObject({ status: 200, body: { scope: "read-only" } });
  });

  it("A12: codes that were made with the owner's old token are void, the printed link included", async () => {
    const { link_code } = await codesOf({});
    const printed = gateway.pairingLink().address.split("#pair=")[1] ?? "";
    expect((await ask(gateway, "/api/v1/token/rotate", { method: "POST", body: "{}" })).status).toBe(200);
    for (const code of [link_code, printed]) expect((await redeem(code)).status).toBe(401);
  });

  /** The head of a request and a body that stops before its last byte; `finish` sends that one. */
  async function heldBack(token: string, method: string, path: string, body: string) {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += String(data);
    });
    socket.on("error", () => {});
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("connect", resolve));
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    await new Promise((resolve) => socket.write(head + body.slice(0, -1), resolve));
    // Another request goes all the way, so the head of this one was read before it.
    await ask(gateway, "/api/v1/health");
    return {
      async finish() {
        socket.write(body.slice(-1));
        await ended;
        return answer;
      },
    };
  }
  const REQUESTS = [
    ["POST", "/api/v1/pairing", '{"digits":true}'],
    ["POST", "/api/v1/sessions", '{"agent":"shell","cwd":"/"}'],
    ["PUT", "/api/v1/servers", '{"mcpServers":{}}'],
    ["PUT", "/api/v1/tool-settings", "{}"],
    ["POST", "/api/v1/open", '{"path":"/session/a","page":true}'],
    ["POST", "/api/mcp/call", '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'],
  ] as const;

  it("A12: a body that is finished after its sender was removed does nothing", async () => {
    for (const [method, path, body] of REQUESTS) {
      const gone = await device();
      const held = await heldBack(gone.token, method, path, body);
      const before = (await ask(gateway, "/api/v1/sessions")).text;
      expect((await ask(gateway, `/api/v1/devices/${gone.id}`, { method: "DELETE" })).status).toBe(200);
      expect(await held.finish(), path).not.toMatch(/^HTTP\/1.1 2/);
      expect((await ask(gateway, "/api/v1/sessions")).text).toBe(before);
    }
    const { codes } = (await ask(gateway, "/api/v1/pairing")).json() as { codes: { made_by: { kind: string } }[] };
    expect(codes.filter(({ made_by }) => made_by.kind === "device")).toEqual([]);
  });

  it("A12: nor does one whose sender may only watch by then, or who showed the owner's old token", async () => {
    const restricted = await device();
    const held = await heldBack(restricted.token, "POST", "/api/v1/pairing", "{ }");
    const body = JSON.stringify({ scope: "read-only" });
    expect((await ask(gateway, `/api/v1/devices/${restricted.id}`, { method: "PATCH", body })).status).toBe(200);
    expect(await held.finish()).not.toMatch(/^HTTP\/1.1 2/);
    const old = await heldBack(gateway.token, "POST", "/api/v1/pairing", "{ }");
    expect((await ask(gateway, "/api/v1/token/rotate", { method: "POST", body: "{}" })).status).toBe(200);
    expect(await old.finish()).not.toMatch(/^HTTP\/1.1 2/);
  });

  it("A12: a device that removes itself hears that it did", async () => {
    const self = await device();
    expect((await ask(gateway, `/api/v1/devices/${self.id}`, self.as({ method: "DELETE" }))).status).toBe(200);
    expect((await ask(gateway, "/api/v1/me", self.as())).status).not.toBe(200);
  });
});
