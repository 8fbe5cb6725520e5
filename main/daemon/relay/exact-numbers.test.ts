/** Proves that numbers pass through the relay as they were written, in every message, over every transport, and through what is kept. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { answersTo, NUMBERS } from "../../../test/fixtures/upstream/verbatim-server.ts";
import type { McpAgent } from "../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { listen } from "../../../test/support/listen.ts";

const SERVER = fileURLToPath(new URL("../../../test/fixtures/upstream/verbatim-server.ts", import.meta.url));
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Form = "stdio" | "HTTP with JSON" | "HTTP with events";
const FORMS: Form[] = ["stdio", "HTTP with JSON", "HTTP with events"];
const NUMBER_LIST = NUMBERS.slice(1, -1).split(/,(?=")/);

async function start(form: Form, names = ["one"]): Promise<TestDaemon> {
  const entry = form === "stdio" ? { command: process.execPath, args: [SERVER] } : { url: await overHttp(form) };
  const daemon = await startDaemon(Object.fromEntries(names.map((name) => [name, entry])));
  undo.push(() => daemon.stop());
  await daemon.settled();
  return daemon;
}
async function overHttp(form: Form): Promise<string> {
  let held: ServerResponse | undefined;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return void response.writeHead(405).end();
      const messages = answersTo(Buffer.concat(chunks).toString());
      const last = messages.at(-1) ?? "";
      const open = last.includes('"method":') || messages.length === 0;
      if (messages.length > 0 && form === "HTTP with JSON" && !open) {
        response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" });
        // As some frameworks write it: over several lines.
        return void response.end(last.replace('"result"', '\n  "result"'));
      }
      if (messages.length === 0) return void response.writeHead(202).end();
      const to = held ?? response;
      if (held !== undefined) response.writeHead(202).end();
      else response.writeHead(200, { "content-type": "text/event-stream", "mcp-session-id": "s" });
      for (const message of messages) to.write(`data: ${message}\n\n`);
      held = open ? to : undefined;
      if (!open) to.end();
    });
  });
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${await listen(server)}/mcp`;
}
const send = async (agent: McpAgent, method: string, params: string, id = "5") =>
  (await agent.raw({ body: `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}` })).text();
/** The line that the server got, out of its answer. */
const got = (answer: string) => String(JSON.parse(`"${/"got":"((?:[^"\\]|\\.)*)"/.exec(answer)?.[1] ?? ""}"`));

describe.each(FORMS)("over %s", (form) => {
  it("arguments, results, progress, ids and tokens of a call have every digit", async () => {
    const agent = await (await start(form)).agent();
    const params = `{"name":"go","arguments":${NUMBERS},"_meta":{"progressToken":9007199254740997,"at":1.0}}`;
    const answer = await send(agent, "tools/call", params, "1785012345678901234");
    expect(got(answer)).toContain(`"arguments":${NUMBERS}`);
    expect(got(answer)).toContain('"at":1.0');
    expect(answer).toContain(`"structuredContent":${NUMBERS}`);
    expect(answer).toContain('"id":1785012345678901234');
    if (form !== "HTTP with JSON") {
      expect(answer).toContain('"progressToken":9007199254740997,"progress":10.0,"total":9007199254740993');
    }
    expect(await send(agent, "ping", "{}", "10.0")).toBe('{"jsonrpc":"2.0","id":10.0,"result":{}}');
  });

  it("so have prompts, resources, methods of the server's own, and errors", async () => {
    const agent = await (await start(form)).agent();
    for (const method of ["prompts/get", "resources/read", "completion/complete", "vendor/custom"]) {
      const answer = await send(agent, method, `{"name":"p","uri":"a:b","arguments":${NUMBERS}}`);
      expect(got(answer), method).toContain(`"arguments":${NUMBERS}`);
      expect(answer, method).toContain(`"values":${NUMBERS}`);
    }
    expect(await send(agent, "fail", "{}")).toContain(`"data":${NUMBERS}`);
  });

  it("so have the schemas of tools, the lists, and what the two sides say of themselves, also with several servers", async () => {
    const one = await (await start(form)).agent();
    const two = await (await start(form, ["one", "two"])).agent();
    for (const agent of [one, two]) {
      const tools = await send(agent, "tools/list", "{}");
      expect(tools).toContain('"minimum":-9223372036854775808,"maximum":18446744073709551615,"default":10.0');
      expect(await send(agent, "prompts/list", "{}")).toContain(NUMBERS);
    }
  });
});

it("a question of the server and the agent's answer to it pass with every digit, and so do their ids", async () => {
  const agent = await (await start("stdio")).agent({}, { capabilities: { elicitation: {} } });
  const response = await agent.raw({
    body: '{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"ask","arguments":{}}}',
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (mark: string) => {
    while (!text.includes(mark)) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      text += value;
    }
  };
  await readUntil("elicitation/create");
  expect(text).toContain(`"requestedSchema":${NUMBERS}`);
  const id = /"id":(\d+),"method":"elicitation/.exec(text)?.[1] ?? "";
  await agent.raw({ body: `{"jsonrpc":"2.0","id":${id},"result":{"action":"accept","content":${NUMBERS}}}` });
  await readUntil('"got"');
  expect(got(text)).toContain('"id":9007199254740995');
  expect(got(text)).toContain(`"content":${NUMBERS}`);
});

it("what the server says in its handshake is what the agent is told, and the other way round", async () => {
  const daemon = await start("stdio");
  const { token } = await daemon.session();
  const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"experimental":{"own":${NUMBERS}}},"clientInfo":{"name":"t","version":"1"}}}`;
  const response = await fetch(`${daemon.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: initialize,
  });
  const told = await response.text();
  expect(told).toContain(`"limits":${NUMBERS}`);
  expect(told).toContain('"build":9007199254740993');
});

it("a write that was kept is delivered with the digits that it was made with", async () => {
  const lines: string[] = [];
  let away = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method !== "POST") return void response.writeHead(405).end();
      const line = Buffer.concat(chunks).toString();
      if (away && line.includes("tools/call")) return void response.writeHead(503).end();
      lines.push(line);
      const [answer] = answersTo(line).slice(-1);
      response.writeHead(answer === undefined ? 202 : 200, { "content-type": "application/json" });
      response.end(answer);
    });
  });
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const daemon = await startDaemon({ one: { url: `${await listen(server)}/mcp` } });
  undo.push(() => daemon.stop());
  await daemon.settled();
  await daemon.ask("/tool-settings", { method: "PUT", body: { buffer: [{ tool: "go" }] } });
  const agent = await daemon.agent();
  away = true;
  expect(await send(agent, "tools/call", `{"name":"go","arguments":${NUMBERS}}`)).toContain('"queued":true');
  away = false;
  await vi.waitFor(() => expect(lines.at(-1)).toContain(`"arguments":${NUMBERS}`));
});

it("the record of a call, from which the page and exports are made, has every digit", async () => {
  const daemon = await start("stdio");
  const agent = await daemon.agent();
  await send(agent, "tools/call", `{"name":"go","arguments":${NUMBERS},"_meta":{"progressToken":9007199254740997}}`);
  const abort = new AbortController();
  const response = await fetch(`${daemon.url}/session/${agent.session}/events`, {
    headers: { authorization: `Bearer ${agent.token}` },
    signal: abort.signal,
  });
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('"finished"')) break;
  }
  abort.abort();
  for (const number of NUMBER_LIST) expect(text.split(number).length, number).toBeGreaterThan(2);
  expect(text).toContain('"token":"9007199254740997"');
});
