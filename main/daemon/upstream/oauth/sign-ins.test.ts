/** Proves signing in to a remote server: begun by a person, renewed in silence, and no token anywhere but in its file. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { type Json, readEvents } from "../../../../test/support/daemon/mcp-agent.ts";
import { type OAuthUpstream, startOAuthUpstream } from "../../../../test/support/daemon/oauth-upstream.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
let upstream: OAuthUpstream | undefined;
afterEach(async () => {
  await daemon?.stop();
  await upstream?.close();
  daemon = undefined;
  upstream = undefined;
});

async function start() {
  const remote = await startOAuthUpstream();
  upstream = remote;
  const local = await startDaemon({ remote: { url: remote.url } });
  daemon = local;
  const status = async () => ((await (await local.ask("/servers")).json()) as { servers: Json[] }).servers[0];
  await vi.waitFor(async () => expect(await status()).toMatchObject({ state: "failed", sign_in: true }));
  const signIn = async () => {
    const { url } = (await (await local.ask("/servers/remote/sign-in", { method: "POST" })).json()) as { url: string };
    const asked = await fetch(url, { redirect: "manual" });
    return fetch(asked.headers.get("location") ?? "");
  };
  return { remote, local, status, signIn };
}
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
