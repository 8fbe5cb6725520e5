/** Proves signing in to a remote server: begun by a person, renewed in silence, and no token anywhere but in its file. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { type Json, readEvents } from "../../../../test/support/daemon/mcp-agent.ts";
import {
  type OAuthKnobs,
  type OAuthUpstream,
  startOAuthUpstream,
} from "../../../../test/support/daemon/oauth-upstream.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
const upstreams: OAuthUpstream[] = [];
afterEach(async () => {
  await daemon?.stop();
  for (const upstream of upstreams.splice(0)) await upstream.close();
  daemon = undefined;
});

async function startRemote(knobs: OAuthKnobs = {}) {
  const remote = await startOAuthUpstream(knobs);
  upstreams.push(remote);
  return remote;
}

async function start(knobs: OAuthKnobs = {}, config: Json = {}) {
  const remote = await startRemote(knobs);
  const local = await startDaemon({ remote: { url: remote.url, ...config } });
  daemon = local;
  const status = async () => ((await (await local.ask("/servers")).json()) as { servers: Json[] }).servers[0];
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "failed", sign_in: true }));
  const begin = async () =>
    (await (await local.ask("/servers/remote/sign-in", { method: "POST" })).json()) as { url: string } & Json;
  /** As a browser would, from the address that was given to where it leads. */
  const follow = async (url: string) => {
    const asked = await fetch(url, { redirect: "manual" });
    return fetch(asked.headers.get("location") ?? "");
  };
  const signIn = async () => follow((await begin()).url);
  return { remote, local, status, begin, follow, signIn };
}
const asks = ({ asked }: OAuthUpstream) => asked.map(({ line }) => line);
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text;

it("a person signs in once, and the server's tools are there for agents that were waiting", async () => {
  const { remote, local, status, signIn } = await start();
  const agent = await local.agent();
  expect((await agent.tool("work")).error?.message).toBe("Unknown tool: work");
  const page = await signIn();
  expect(page.status).toBe(200);
  expect(await page.text()).toContain("Signed in");
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "ready", tools: [{ name: "work" }] }));
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  expect(statSync(join(local.home, "oauth.json")).mode & 0o777).toBe(0o600);
  expect(remote.issued).toEqual(["access-token-1"]);
});

it("an expired token is renewed in silence, once for all calls that found it expired, and none of them is lost", async () => {
  const { remote, local, signIn } = await start();
  await signIn();
  const agents = [await local.agent(), await local.agent()];
  for (const agent of agents)
    await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  remote.expire();
  const replies = await Promise.all(
    agents.flatMap((agent) => [agent.tool("work"), agent.tool("work"), agent.tool("work")]),
  );
  expect(replies.map(text)).toEqual(Array(6).fill("with access-token-2"));
  expect(remote.refreshes).toBe(1);
});

it("what cannot be renewed asks for a sign-in again, and says so to the agent", async () => {
  const { remote, local, signIn } = await start();
  await signIn();
  const agent = await local.agent();
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  remote.expire();
  remote.revoke();
  expect((await agent.tool("work")).error).toEqual({
    code: -32000,
    message: "MCP server “remote” wants a sign-in (401)",
    data: { server: "remote", code: "sign-in-needed", status: 401 },
  });
  await signIn();
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-2"));
});

it("A7: no token is in what agents, logs, events or the interface get", async () => {
  const { remote, local, signIn } = await start();
  await signIn();
  const agent = await local.agent();
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  const { events } = await readEvents(local.url, agent.session, agent.token, (all) => all.at(-1)?.kind === "finished");
  expect(JSON.stringify(events)).not.toContain(remote.issued[0]);
  expect(await (await local.ask("/servers")).text()).not.toContain("token-1");
  expect(readFileSync(join(local.home, "servers.json"), "utf8")).not.toContain("token-1");
});

it("a callback that nobody began, or that comes twice, opens nothing", async () => {
  const { local, remote, signIn } = await start();
  const forged = await fetch(`${local.url}/oauth/callback?state=${"0".repeat(64)}&code=the-code`);
  expect(forged.status).toBe(400);
  const done = await signIn();
  expect((await fetch(done.url)).status).toBe(400);
  expect(remote.issued).toHaveLength(1);
});

it("signing out forgets the tokens", async () => {
  const { local, status, signIn } = await start();
  await signIn();
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "ready" }));
  expect((await local.ask("/servers/remote/sign-in", { method: "DELETE" })).status).toBe(204);
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "failed", sign_in: true }));
  expect(readFileSync(join(local.home, "oauth.json"), "utf8")).not.toContain("token-1");
});

it("a write that nobody is signed in for is kept, and goes out with the token of the next sign-in", async () => {
  const { remote, local, signIn } = await start();
  await signIn();
  const agent = await local.agent();
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  await local.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "work" }] } });
  remote.expire();
  expect(text(await agent.tool("work"))).toBe("with access-token-2");
  remote.expire();
  remote.revoke();
  expect((await agent.tool("work")).result?.structuredContent).toMatchObject({ queued: true });
  await signIn();
  const { events } = await readEvents(local.url, agent.session, agent.token, (all) => all.at(-1)?.kind === "delivered");
  expect(JSON.stringify(events.at(-1))).toContain("with");
  expect(await (await local.ask("/outbox")).json()).toEqual({ entries: [] });
  expect(remote.issued.at(-1)).toBe("access-token-3");
});

it.each<[string, OAuthKnobs]>([
  [
    "an empty address in the registration",
    { registration: { logo_uri: "", client_uri: "", tos_uri: "", jwks_uri: "" } },
  ],
  [
    "null in the registration",
    { registration: { client_secret: null, client_uri: null, scope: null, contacts: null } },
  ],
  ["a registration that repeats nothing", { registration: { redirect_uris: undefined, grant_types: undefined } }],
  ["null beside the token", { token: { scope: null, refresh_token: null, expires_in: null, id_token: null } }],
  ["a token's lifetime as text", { token: { expires_in: "3600", ext_expires_in: "3600" } }],
  ["no type of the token", { token: { token_type: undefined } }],
  ["scopes as a list", { token: { scope: ["a", "b"] } }],
  ["tokens as a form", { form: true }],
  [
    "empty and null metadata",
    { metadata: { revocation_endpoint: "", service_documentation: null, scopes_supported: "a b" } },
  ],
  ["metadata without response types", { metadata: { response_types_supported: undefined } }],
  ["a challenge without an address", { challenge: "Bearer" }],
])("a server that answers with %s can be signed in to", async (_, knobs) => {
  const { signIn, status } = await start(knobs);
  const page = await signIn();
  expect(await page.text()).toContain("Signed in");
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "ready" }));
});

it.each<[string, OAuthKnobs, RegExp]>([
  [
    "registers without a client id",
    { registration: { client_id: "" } },
    /registered Signalbox without giving it a client id\.$/,
  ],
  ["names no addresses", { metadata: { authorization_endpoint: "" } }, /in a form that is not OAuth 2\.$/],
])("a server that %s is named in words", async (_, knobs, words) => {
  const { begin } = await start(knobs);
  const { error } = await begin();
  expect((error as Json).message).toMatch(words);
  expect(JSON.stringify(error)).not.toContain("invalid_type");
});

it("registers as a native program, which a redirect to this machine needs", async () => {
  const { begin, remote } = await start();
  await begin();
  const registration = remote.asked.find(({ line }) => line === "POST /register");
  expect(JSON.parse(registration?.body ?? "")).toMatchObject({ application_type: "native" });
});

it("A41: a code, its verifier and a client's secret go to the authorization server that the sign-in was begun at", async () => {
  const attacker = await startRemote();
  const { remote, begin, follow } = await start(
    { metadata: { token_endpoint_auth_methods_supported: ["client_secret_post"] } },
    { oauth: { clientId: "corp", clientSecret: "secret-of-corp" } },
  );
  const { url } = await begin();
  // The resource server is no longer honest when the browser comes back.
  remote.knobs.authorizationServer = new URL(attacker.url).origin;
  expect(await (await follow(url)).text()).toContain("Signed in");
  expect(attacker.asked).toEqual([]);
  const redeemed = remote.asked.find(({ line }) => line === "POST /token");
  expect(redeemed?.body).toContain("client_secret=secret-of-corp");
});

it("A41: a configured client stays with the authorization server that took it, or that its entry names", async () => {
  const attacker = await startRemote();
  const origin = new URL(attacker.url).origin;
  const { remote, begin, signIn } = await start({}, { oauth: { clientId: "corp", clientSecret: "secret-of-corp" } });
  expect(await (await signIn()).text()).toContain("Signed in");
  remote.knobs.authorizationServer = origin;
  remote.revoke();
  expect((await begin()).error).toMatchObject({ code: "sign-in-failed", message: expect.stringContaining(origin) });
  expect(asks(attacker).filter((line) => line.startsWith("POST"))).toEqual([]);
  await daemon?.stop();
  const named = await start(
    { authorizationServer: origin },
    { oauth: { clientId: "corp", clientSecret: "secret-of-corp", issuer: "https://sso.corp.example" } },
  );
  const refused = (await named.begin()).error as Json;
  expect(refused.message).toContain("belongs to https://sso.corp.example");
});

it.each<[string, (base: string) => OAuthKnobs]>([
  ["comes from another authorization server", () => ({ redirect: { iss: "https://honest.example" } })],
  ["is written in another way", (base) => ({ redirect: { iss: `${base}/` } })],
  ["is another one although the server promises its own", (base) => ({ ...promise, redirect: { iss: `${base}x` } })],
  ["is missing although it was promised", () => promise],
])("A41: an answer whose issuer %s is not redeemed", async (_, knobs) => {
  const { remote, begin, follow } = await start();
  Object.assign(remote.knobs, knobs(new URL(remote.url).origin));
  const page = await follow((await begin()).url);
  expect(page.status).toBe(400);
  expect(await page.text()).toContain("not completed");
  expect(asks(remote)).not.toContain("POST /token");
});
const promise: OAuthKnobs = { metadata: { authorization_response_iss_parameter_supported: true } };

it("an answer with the promised issuer is redeemed", async () => {
  const { remote, signIn } = await start(promise);
  remote.knobs.redirect = { iss: new URL(remote.url).origin };
  expect(await (await signIn()).text()).toContain("Signed in");
});

it("A41: metadata that speaks for another issuer begins no sign-in", async () => {
  const { begin } = await start({ metadata: { issuer: "https://honest.example" } });
  expect((await begin()).error).toMatchObject({ message: expect.stringContaining("https://honest.example") });
});

it("a server that names no authorization server (MCP 2025-03-26) is signed in to at the one that its origin describes", async () => {
  const { remote, signIn } = await start({ namesNone: true });
  remote.knobs.metadata = { issuer: `${new URL(remote.url).origin}/oauth` };
  expect(await (await signIn()).text()).toContain("Signed in");
});

it.each(["https://honest.example", "not an address", ""])(
  "A41: its metadata may not speak for the issuer “%s”, which is elsewhere",
  async (issuer) => {
    const { begin } = await start({ namesNone: true, metadata: { issuer } });
    expect((await begin()).url).toBeUndefined();
  },
);

it("A41: a renewal asks nobody but the authorization server of the sign-in, and registers nowhere", async () => {
  const attacker = await startRemote();
  const origin = new URL(attacker.url).origin;
  const { remote, local, signIn } = await start();
  await signIn();
  const agent = await local.agent();
  await vi.waitFor(async () => expect(text(await agent.tool("work"))).toBe("with access-token-1"));
  const kept = readFileSync(join(local.home, "oauth.json"), "utf8");
  remote.asked.length = 0;
  remote.knobs.challenge = `Bearer resource_metadata="${origin}/admin/delete"`;
  remote.knobs.authorizationServer = origin;
  remote.expire();
  expect(text(await agent.tool("work"))).toBe("with access-token-2");
  expect(asks(remote)).toEqual(["POST /token"]);
  remote.expire();
  remote.revoke();
  expect((await agent.tool("work")).error).toMatchObject({ data: { code: "sign-in-needed" } });
  expect(attacker.asked).toEqual([]);
  const client = (file: string) => (Object.values(JSON.parse(file) as Json)[0] as Json).client;
  expect(client(readFileSync(join(local.home, "oauth.json"), "utf8"))).toEqual(client(kept));
});

it("a sign-in that was not completed leaves the kept registration and tokens as they were", async () => {
  const { remote, local, signIn, begin } = await start();
  await signIn();
  const before = readFileSync(join(local.home, "oauth.json"), "utf8");
  remote.revoke();
  remote.knobs.registration = { client_id: "client-2" };
  remote.knobs.metadata = { token_endpoint: "http://127.0.0.1:1/token" };
  await begin();
  expect(
    (Object.values(JSON.parse(readFileSync(join(local.home, "oauth.json"), "utf8")) as Json)[0] as Json).client,
  ).toEqual((Object.values(JSON.parse(before) as Json)[0] as Json).client);
});
