/** Proves that a call ends when its answer came and cannot be read, over every transport, and that readable ones are not lost. */
import { afterEach, describe, expect, it } from "vitest";
import { type HttpUpstream, startHttpUpstream } from "../../../../test/support/daemon/http-upstream.ts";
import type { Json, McpAgent } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";

let daemon: TestDaemon | undefined;
let upstream: HttpUpstream | undefined;
afterEach(async () => {
  await daemon?.stop();
  await upstream?.down();
  daemon = undefined;
  upstream = undefined;
});

/** A process whose tool `say` prints its argument, with its request's id for ID. */
const SAYS = `
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
let asked;
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params, error } = JSON.parse(line);
  if (method === "initialize") send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
  else if (method === "tools/list") send({ id, result: { tools: [{ name: "say", inputSchema: { type: "object" } }] } });
  else if (method === "tools/call") { asked = id; process.stdout.write(params.arguments.line.replaceAll("ID", id) + "\\n"); }
  else if (method === undefined) send({ id: asked, result: { content: [{ type: "text", text: String(error?.code) }] } });
});`;
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";

type Say = (line: string) => ReturnType<McpAgent["tool"]>;
const overStdio = async (): Promise<Say> => {
  daemon = await startDaemon({ one: { command: process.execPath, args: ["-e", SAYS] } });
  const agent = await daemon.agent();
  return (line) => agent.tool("say", { line });
};
const overHttp = (type: string, wrap: (line: string) => string) => async (): Promise<Say> => {
  const remote = await startHttpUpstream([{ name: "say", inputSchema: { type: "object" } }]);
  upstream = remote;
  remote.behave(({ args }, { raw }) => {
    raw.writeHead(200, { "content-type": type });
    raw.end(wrap(String(args.line).replaceAll("ID", String(remote.lastId))));
  });
  daemon = await startDaemon({ one: { url: remote.url } });
  const agent = await daemon.agent();
  return (line) => agent.tool("say", { line });
};
const TRANSPORTS = [
  ["a process", overStdio],
  ["a body", overHttp("application/json", (line) => line)],
  ["a stream", overHttp("text/event-stream", (line) => `data: ${line}\n\n`)],
] as const;

const answer = (rest: string) => `{"jsonrpc":"2.0","id":ID,${rest}}`;

describe.each(TRANSPORTS)("an answer in %s", (_name, begin) => {
  it("that cannot be read ends its call, and says what is wrong with it", async () => {
    const say = await begin();
    for (const [line, reason] of [
      [answer('"result":[]'), "result: expected an object"],
      [answer('"result":"done"'), "result: expected an object"],
      [answer('"error":5'), "error: has no supported form"],
      [answer('"error":null'), "neither a method nor a result nor an error"],
      ['{"id":ID,"result":{}}', "jsonrpc: is missing"],
      ['{"jsonrpc":"2.0","id":"ID","result":7}', "result: expected an object"],
      [`[${answer('"result":[]')}]`, "result: expected an object"],
    ] as const) {
      const { error } = await say(line);
      expect(error, line).toMatchObject({
        code: -32000,
        message: `MCP server “one” answered with something that is not MCP: ${reason}`,
        data: { server: "one", code: "outcome-unknown" },
      });
    }
    expect(text(await say(answer('"result":{"content":[{"type":"text","text":"as ever"}]}')))).toBe("as ever");
  });

  it("is read after a byte order mark, in a list, and with null for what is not meant", async () => {
    const say = await begin();
    const good = answer('"result":{"content":[{"type":"text","text":"good"}]}');
    for (const line of [
      `\uFEFF${good}`,
      `[${good}]`,
      good.replace("{", '{"method":null,"params":null,"error":null,'),
    ]) {
      expect(text(await say(line)), line).toBe("good");
    }
  });
});

it("an error without an id, which is all that a body holds, is the answer to its request", async () => {
  const say = await overHttp("application/json", (line) => line)();
  const { error } = await say('{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"broken"}}');
  expect(error).toEqual({ code: -32603, message: "broken" });
});

it("a body that answers another request ends its call", async () => {
  const say = await overHttp("application/json", (line) => line)();
  const { error } = await say('{"jsonrpc":"2.0","id":"another","result":{}}');
  expect(error?.message).toContain("answered with something that is not MCP");
});

it("a server's own request that cannot be read is refused, so that it need not wait", async () => {
  const say = await overStdio();
  expect(text(await say('{"jsonrpc":"2.0","id":"r1","method":"roots/list","params":[]}'))).toBe("-32600");
});
