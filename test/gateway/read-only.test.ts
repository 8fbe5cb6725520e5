/** Proves that a device paired to watch sees everything and acts on nothing, and that this can be changed while it is connected. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Gateway } from "../../main/gateway/create-gateway.ts";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { daemonKey } from "../../main/home/secrets.ts";
import { routeRows } from "../../shared/protocol/routes.ts";
import {
  ask,
  type Home,
  socketTo,
  startGateway,
  temporaryHome,
  upgradeStatus,
} from "../support/gateway/running-gateway.ts";
import { type ScriptedDaemon, startScriptedDaemon } from "../support/gateway/scripted-daemon.ts";

let home: Home;
let daemon: ScriptedDaemon;
let gateway: Gateway;
let session: string;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  undo.push(home.remove);
  daemon = await startScriptedDaemon({ key: daemonKey(home.home) });
  daemon.announce(home.home.discovery);
  undo.push(daemon.end);
  gateway = await startGateway(home);
  undo.push(() => gateway.dispose());
  const made = await ask(gateway, "/api/v1/sessions", { method: "POST", body: '{"agent":"shell","cwd":"/"}' });
  session = (made.json() as { id: string }).id;
  // What the gateway asks for by itself is asked before any test looks at what a device caused.
  await daemon.readers(session, 1);
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

/** Pairs a device and gives its token and its id. */
async function pair(scope: string, code: "link_code" | "digits" = "link_code") {
  const body = JSON.stringify({ scope, digits: code === "digits" });
  const codes = (await ask(gateway, "/api/v1/pairing", { method: "POST", body })).json() as Record<string, string>;
  expect(codes.scope).toBe(scope);
  const headers = { "x-pairing-code": codes[code] ?? "" };
  const paired = (await (await fetch(`${gateway.url}/pair`, { method: "POST", headers })).json()) as { token: string };
  expect(paired).toMatchObject({ scope });
  const me = (await ask(gateway, "/api/v1/me", as(paired.token))).json() as { id: string };
  return { token: paired.token, id: me.id };
}
const as = (token: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { authorization: `Bearer ${token}` },
});
const opened = (socket: ReturnType<typeof socketTo>) => new Promise((resolve) => socket.once("open", resolve));
const closed = (socket: ReturnType<typeof socketTo>) =>
  new Promise<number>((resolve) => socket.once("close", (code) => resolve(code)));

it("a watching device reads all there is, by link and by digits", async () => {
  for (const code of ["link_code", "digits"] as const) {
    const { token } = await pair("read-only", code);
    const me = (await ask(gateway, "/api/v1/me", as(token))).json();
    expect(me).toEqual({
      kind: "device",
      scope: "read-only",
      capabilities: ["view"],
      id: expect.any(String),
      name: expect.any(String),
    });
    for (const path of [
      "/api/v1/app",
      "/api/v1/sessions",
      `/api/v1/sessions/${session}/calls`,
      `/api/v1/sessions/${session}/events`,
      `/api/v1/sessions/${session}/export?format=jsonl`,
      "/api/v1/search?q=x",
      "/api/v1/devices",
      "/api/v1/doctor",
      "/metrics",
      "/api/mcp/discovery",
    ]) {
      expect((await ask(gateway, path, as(token))).status, path).toBe(200);
    }
    const headers = { authorization: `Bearer ${token}` };
    for (const path of ["/ws/app", `/ws/mcp/events?session_id=${session}`, `/ws/terminal?session_id=${session}`])
      expect(await upgradeStatus(gateway.url, path, headers), path).toBe(101);
  }
});

it("A43: a watching device is shown no credential of a server or an agent, whatever it is called and wherever it stands", async () => {
  const { token } = await pair("read-only");
  const canary = "canary-of-a-secret";
  const servers = {
    local: {
      command: `/opt/run --key ${canary}`,
      args: ["--api-key", canary, canary, `--x=${canary}`],
      env: { SECRET_KEY: canary, PGPASSWORD: canary, GITHUB_PAT: canary, SSH_PASSPHRASE: canary, PLAIN: canary },
      envFile: `/home/${canary}`,
      novel: [{ deep: canary }],
    },
    web: {
      url: `https://${canary}:${canary}@x.test/s/${canary}/mcp?key=${canary}&q=${canary}#${canary}`,
      headers: { "X-Auth": canary, Cookie: canary, "X-Novel": canary },
      oauth: { clientId: canary, clientSecret: canary },
      headersHelper: canary,
    },
    refused: { url: canary },
    odd: canary,
  };
  writeFileSync(home.home.servers, JSON.stringify({ servers, inputs: [{ id: "x", default: canary }] }), {
    mode: 0o600,
  });
  const template = {
    id: "mine",
    name: "Mine",
    command: "/opt/agent",
    args: ["--token", canary, canary],
    env: { TPL_TOKEN: canary, OTHER: canary },
    config_file: `{"key": "${canary}"}`,
    resume_args: [canary],
  };
  const body = JSON.stringify({ templates: [template] });
  expect((await ask(gateway, "/api/v1/agent-templates", { method: "PUT", body })).status).toBe(200);
  for (const path of [
    "/api/v1/servers",
    "/api/v1/agent-templates",
    "/api/v1/agents",
    "/api/v1/app",
    "/api/v1/doctor",
  ]) {
    const answer = await ask(gateway, path, as(token));
    expect(answer.status, path).toBe(200);
    expect(answer.text, path).not.toContain(canary);
  }
  expect((await ask(gateway, "/api/v1/agent-templates", as(token))).json()).toMatchObject({
    templates: [{ id: "mine", name: "Mine", command: "agent", env: { TPL_TOKEN: "••••••", OTHER: "••••••" } }],
  });
});

it("a watching device is refused whatever acts, with the code read-only, and nothing has happened", async () => {
  const { token, id } = await pair("read-only");
  const before = daemon.asked.length;
  for (const [method, path] of [
    ["POST", "/api/v1/sessions"],
    ["PATCH", `/api/v1/sessions/${session}`],
    ["DELETE", `/api/v1/sessions/${session}`],
    ["POST", `/api/v1/sessions/${session}/restart`],
    ["POST", "/api/v1/pairing"],
    ["POST", "/api/v1/token/rotate"],
    ["PATCH", `/api/v1/devices/${id}`],
    ["DELETE", `/api/v1/devices/${id}`],
    ["PUT", "/api/v1/servers"],
    ["POST", "/api/v1/servers/test"],
    ["POST", "/api/v1/daemon/stop"],
    ["PUT", "/api/v1/history-limits"],
    ["PUT", "/api/v1/tool-settings"],
    ["PUT", "/api/v1/secrets/x"],
    ["DELETE", "/api/v1/outbox/x"],
    ["POST", "/api/v1/open"],
    ["POST", "/api/mcp/session"],
    ["POST", "/api/mcp/call"],
    ["GET", "/api/v1/%66olders?path=/"],
    ...routeRows
      .filter(({ needs, method }) => needs === "act" && method !== "*")
      .map(({ method, path }) => [method, path.replace(/:id/g, session).replace(/:\w+/g, "1")] as const),
  ] as const) {
    const body = method === "GET" ? {} : { body: "{}" };
    const answer = await ask(gateway, path, as(token, { method, ...body }));
    expect(answer.status, `${method} ${path}`).toBe(403);
    expect(answer.json()).toMatchObject({ error: { code: "read-only", hint: expect.any(String) } });
  }
  const headers = { authorization: `Bearer ${token}` };
  for (const path of [
    "/ws/terminal?tool=sh",
    `/ws/terminal?tool=sh&mcp_session=${session}&mcp_token=x`,
    "/ws/mcp/events?session_id=other&mcp_token=x",
  ])
    expect(await upgradeStatus(gateway.url, path, headers), path).toBe(403);
  // A token that it brings for a session of ours makes no second one.
  const socket = socketTo(gateway, `/ws/mcp/events?session_id=${session}&mcp_token=other`, "signalbox.v1", token);
  await opened(socket);
  expect(daemon.asked.slice(before).filter(({ url }) => url !== "/sessions" && !url.startsWith("/health"))).toEqual([]);
  expect((await ask(gateway, "/api/v1/devices")).text).toContain(id);
  socket.terminate();
});

it("a device becomes a watching one, and back, while it is connected: its sockets come back as what it is then", async () => {
  const { token, id } = await pair("full");
  const rescope = (scope: string) =>
    ask(gateway, `/api/v1/devices/${id}`, { method: "PATCH", body: JSON.stringify({ scope }) });
  for (const [scope, status] of [
    ["read-only", 403],
    ["full", 404],
  ] as const) {
    const socket = socketTo(gateway, "/ws/app", "signalbox.v1", token);
    await opened(socket);
    const end = closed(socket);
    expect((await rescope(scope)).status).toBe(200);
    expect(await end).toBe(1001);
    const again = socketTo(gateway, "/ws/app", "signalbox.v1", token);
    const first = await new Promise<string>((resolve) => again.once("message", (data) => resolve(String(data))));
    expect(JSON.parse(first)).toMatchObject({ type: "snapshot", me: { kind: "device", scope, id } });
    again.terminate();
    expect((await ask(gateway, "/api/v1/sessions/none", as(token, { method: "DELETE" }))).status).toBe(status);
  }
  const listed = (await ask(gateway, "/api/v1/devices")).json() as { devices: { id: string; scope: string }[] };
  expect(listed.devices.find((device) => device.id === id)?.scope).toBe("full");
});

it("what a device may do outlives the gateway, and one of an earlier version may do all", async () => {
  const { token } = await pair("read-only");
  await gateway.dispose();
  gateway = await startGateway(home);
  expect((await ask(gateway, "/api/v1/me", as(token))).json()).toMatchObject({ scope: "read-only" });
  expect((await ask(gateway, "/api/v1/me")).json()).toEqual({
    kind: "owner",
    scope: "full",
    capabilities: ["view", "act"],
  });
});
