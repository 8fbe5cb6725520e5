/** Proves each row of what follows from an answer to a kept write, over real sockets: at the first attempt and at a later one. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  type Behaviour,
  type HttpUpstream,
  loseAnswer,
  startHttpUpstream,
  status,
  succeed,
} from "../../../test/support/daemon/http-upstream.ts";
import type { Json, McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";

let local: TestDaemon;
let remote: HttpUpstream;
let agent: McpAgent;
const properties = { idempotency_key: { type: "string" } };
beforeAll(async () => {
  remote = await startHttpUpstream([
    { name: "keyed", inputSchema: { type: "object", properties } },
    { name: "blind", inputSchema: { type: "object" } },
  ]);
  local = await startDaemon({ remote: { url: remote.url } });
  await local.ask("/tool-settings", { method: "PUT", body: { buffer: [{ server: "remote" }] } });
  agent = await local.agent();
  await agent.call("tools/list");
});
afterAll(async () => {
  await local.stop();
  await remote.down();
});

const entries = async () => ((await (await local.ask("/outbox")).json()) as { entries: Json[] }).entries;
const empty = async () => {
  remote.behave(status(503));
  for (const { id } of await entries()) {
    await vi.waitFor(async () => {
      const answer = await local.ask(`/outbox/${id}`, { method: "DELETE" });
      expect([204, 404]).toContain(answer.status);
      expect((await entries()).some((entry) => entry.id === id)).toBe(false);
    });
  }
};
const rpcError: Behaviour = (_call, { raw }) => {
  raw.writeHead(200, { "content-type": "application/json" });
  raw.end(JSON.stringify({ jsonrpc: "2.0", id: remote.lastId, error: { code: -32603, message: "no" } }));
};
const toolError: Behaviour = (_call, { result }) => result({ isError: true, content: [{ type: "text", text: "no" }] });

type Fate = "queued" | "unknown" | "dead" | "delivered";
/** What becomes of a write without and with a key that makes a repetition harmless. */
const TABLE: [string, Behaviour, Fate, Fate][] = [
  ["200", succeed, "delivered", "delivered"],
  ...[401, 403, 429, 503].map((code): [string, Behaviour, Fate, Fate] => [`${code}`, status(code), "queued", "queued"]),
  ...[408, 500, 502, 504].map((code): [string, Behaviour, Fate, Fate] => [
    `${code}`,
    status(code),
    "unknown",
    "queued",
  ]),
  ["a lost answer", loseAnswer, "unknown", "queued"],
  ...[400, 404, 409, 410, 422].map((code): [string, Behaviour, Fate, Fate] => [
    `${code}`,
    status(code),
    "dead",
    "dead",
  ]),
  ["a JSON-RPC error", rpcError, "dead", "dead"],
  ["isError", toolError, "dead", "dead"],
];
const rows = TABLE.flatMap(([name, how, blind, keyed]) => [
  { name, how, tool: "blind", fate: blind },
  { name, how, tool: "keyed", fate: keyed },
]);

it.each(rows)("P15: $name to the first attempt of a $tool write: $fate", async ({ how, tool, fate }) => {
  remote.behave(how);
  const seen = remote.calls.length;
  const reply = await agent.tool(tool, {});
  // The agent itself is told of what is final; only what is not is kept.
  const kept = fate === "queued" || fate === "unknown";
  expect((await entries()).map(({ state }) => (state === "sending" ? "queued" : state))).toEqual(kept ? [fate] : []);
  const facts = (reply.result?.structuredContent ?? {}) as Json;
  if (fate === "queued") expect(facts).toMatchObject({ queued: true, tool });
  if (fate === "unknown") expect(facts).toMatchObject({ queued: false, outcome: "unknown" });
  if (fate === "dead") expect(reply.error !== undefined || reply.result?.isError === true).toBe(true);
  const keys = new Set(remote.calls.slice(seen).map(({ key }) => key));
  expect(keys.size).toBe(1);
  expect([...keys][0]).toBeTypeOf("string");
  await empty();
});

it.each(rows)("P15: $name to a later attempt of a $tool write: $fate", async ({ how, tool, fate }) => {
  remote.behave(status(503));
  await agent.tool(tool, {});
  const [entry] = await entries();
  remote.behave(how);
  const seen = remote.calls.length;
  await vi.waitFor(async () => {
    await local.ask(`/outbox/${entry?.id}/retry`, { method: "POST" });
    expect(remote.calls.length).toBeGreaterThan(seen);
  });
  await vi.waitFor(async () => {
    const [now] = await entries();
    expect(now?.state ?? "delivered").toBe(fate);
    if (fate === "queued") expect(Number(now?.attempts)).toBeGreaterThan(0);
  });
  expect(remote.calls.slice(seen).every(({ key }) => key === entry?.key)).toBe(true);
  await empty();
});
