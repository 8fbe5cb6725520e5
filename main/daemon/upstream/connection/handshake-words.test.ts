/** Proves that a handshake that fails says why, in words that lead to what can be done. */
import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { Json } from "../../../../test/support/daemon/mcp-agent.ts";
import { scripted, startDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { listen } from "../../../../test/support/listen.ts";
import { openStdioLink } from "../stdio/stdio-link.ts";
import { listTools, shakeHands } from "./handshake.ts";
import { createPeer } from "./peer.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const CLIENT = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
const handlers = { request() {}, notification() {}, closed() {} };

/** Shakes hands with a program of this text over stdio. */
async function shake(program: string, timeoutMs = 10_000) {
  const process_ = { command: process.execPath, args: ["-e", program], env: {}, cwd: "/" };
  const peer = createPeer((own) => openStdioLink(process_, { env: process.env, onStderr() {} }, own), handlers);
  undo.push(() => peer.close());
  const hands = await shakeHands(peer, CLIENT, timeoutMs);
  return hands.ok ? `ready ${hands.server.protocolVersion}` : hands.fault.reason;
}
const answering = (answer: string) =>
  `require("readline").createInterface({input:process.stdin}).on("line",(l)=>{const m=JSON.parse(l);if(m.method==="initialize")console.log(JSON.stringify({jsonrpc:"2.0",id:m.id,...(${answer})}))})`;

describe("a server of a revision that is not spoken here", () => {
  const MODERN = {
    code: -32022,
    message: "Unsupported protocol version: 2025-11-25",
    data: { supported: ["2026-07-28"], requested: "2025-11-25" },
  };
  it("is named with it over stdio", async () => {
    expect(await shake(answering(`{error:${JSON.stringify(MODERN)}}`))).toMatch(
      /^speaks only MCP revision 2026-07-28; Signalbox speaks 2025-11-25, /,
    );
    expect(await shake(answering('{error:{code:-32601,message:"Method not found"}}'))).toMatch(
      /^speaks only MCP revision 2026-07-28.*Method not found/,
    );
    expect(
      await shake(
        answering('{result:{protocolVersion:"2099-01-01",capabilities:{},serverInfo:{name:"x",version:"1"}}}'),
      ),
    ).toMatch(/^speaks only MCP revision 2099-01-01/);
  });

  it.each<[number, Json]>([
    [400, MODERN],
    [400, { code: -32020, message: "Missing MCP-Protocol-Version header" }],
    [404, { code: -32601, message: "Method not found" }],
    [200, MODERN],
  ])("is named with it over HTTP, however it refuses (%s %j)", async (status, error) => {
    for (const withId of [true, false]) {
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const id = withId ? (JSON.parse(Buffer.concat(chunks).toString() || "{}") as Json).id : null;
          response
            .writeHead(status, { "content-type": "application/json" })
            .end(JSON.stringify({ jsonrpc: "2.0", id, error }));
        });
      });
      undo.push(() => server.close().closeAllConnections());
      if (status === 200 && !withId) continue;
      const daemon = await startDaemon({ new: { url: `${await listen(server)}/mcp` } });
      undo.push(() => daemon.stop());
      await daemon.settled();
      const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
      expect(servers[0]).toMatchObject({
        state: "failed",
        reason: expect.stringMatching(/speaks only MCP revision 2026-07-28/),
      });
      expect(servers[0]?.reason).not.toContain("ends in /mcp");
    }
  });

  it("is asked again with an older one that it names", async () => {
    const offer =
      'm.params.protocolVersion==="2025-03-26"?{result:{protocolVersion:"2025-03-26",capabilities:{},serverInfo:{name:"x",version:"1"}}}:{error:{code:-32602,message:"Unsupported protocol version",data:{supported:["2024-11-05","2025-03-26"]}}}';
    expect(await shake(answering(offer))).toBe("ready 2025-03-26");
  });
});

describe("a server that does not answer", () => {
  it("a later question is told with what it printed as well", async () => {
    const initialize =
      '{result:{protocolVersion:"2025-11-25",capabilities:{tools:{}},serverInfo:{name:"x",version:"1"}}}';
    const program = `console.error("reading the index");${answering(initialize)}`;
    const process_ = { command: process.execPath, args: ["-e", program], env: {}, cwd: "/" };
    const peer = createPeer((own) => openStdioLink(process_, { env: process.env, onStderr() {} }, own), handlers);
    undo.push(() => peer.close());
    const hands = await shakeHands(peer, CLIENT, 10_000);
    if (!hands.ok) throw new Error(hands.fault.reason);
    expect(await listTools(peer, hands.server, 300)).toMatchObject({
      fault: { reason: "did not answer tools/list within 0.3 s: reading the index" },
    });
  });

  it("is told with what it printed to standard error", async () => {
    const reason = await shake(
      'console.error("waiting for \\u001b[31mthe database\\u001b[0m at db:5432");setInterval(()=>{},1000)',
      700,
    );
    expect(reason).toBe("did not answer initialize within 0.7 s: waiting for the database at db:5432");
  });

  it("is told with what it printed instead of MCP", async () => {
    const reason = await shake('console.log("Enter your password:");setInterval(()=>{},1000)', 700);
    expect(reason).toBe("did not answer initialize within 0.7 s; it printed “Enter your password:”, which is not MCP");
  });

  it("that ends early says what it printed, once", async () => {
    const reason = await shake('console.error("no API key");process.exit(3)');
    expect(reason).toBe("exited with code 3: no API key");
  });
});

it("the words reach whoever looks at the servers", async () => {
  const daemon = await startDaemon({ broken: scripted("--say", "the config file is missing", "--exit", "4") });
  undo.push(() => daemon.stop());
  await daemon.settled();
  const { servers } = (await (await daemon.ask("/servers")).json()) as { servers: Json[] };
  expect(String(servers[0]?.reason)).toContain("exited with code 4: ");
});
