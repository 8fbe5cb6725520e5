/** Proves upstream servers over HTTP with real sockets: restarts, bad answers, credentials, what travels and what never does. */
import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Behaviour,
  type HttpUpstream,
  startHttpUpstream,
  status,
} from "../../../../test/support/daemon/http-upstream.ts";
import type { Json } from "../../../../test/support/daemon/mcp-agent.ts";
import { startDaemon, type TestDaemon } from "../../../../test/support/daemon/start-daemon.ts";
import { listen } from "../../../../test/support/listen.ts";

let daemon: TestDaemon | undefined;
let upstream: HttpUpstream | undefined;
afterEach(async () => {
  await daemon?.stop();
  await upstream?.down();
  daemon = undefined;
  upstream = undefined;
});

const TOOLS = [{ name: "work", inputSchema: { type: "object" } }];
async function start(config: Json = {}, allow?: Parameters<typeof startHttpUpstream>[1]) {
  const remote = await startHttpUpstream(TOOLS, allow);
  upstream = remote;
  daemon = await startDaemon({ remote: { url: remote.url, ...config } });
  return { remote, local: daemon, agent: await daemon.agent() };
}
const text = (reply: { result?: Json }) => (reply.result?.content as { text: string }[] | undefined)?.[0]?.text ?? "";
const sse =
  (...blocks: string[]): Behaviour =>
  (_call, { raw }) => {
    raw.writeHead(200, { "content-type": "text/event-stream" });
    for (const block of blocks) raw.write(block);
    raw.end();
  };

describe("an upstream over HTTP", () => {
  it("that was restarted is initialised again behind the agent's back, and the call is carried out once", async () => {
    const { remote, agent } = await start();
    expect(text(await agent.tool("work"))).toBe("work done");
    const before = remote.initialized;
    remote.forgetSessions();
    expect(text(await agent.tool("work", { n: 2 }, { progressToken: 5 }))).toBe("work done");
    expect(remote.initialized).toBe(before + 1);
    expect(remote.calls).toHaveLength(2);
    expect(text(await agent.tool("work"))).toBe("work done");
  });

  it("that is away gives an error with its reason, and works again once it is back, in the same session", async () => {
    const { remote, agent } = await start();
    await agent.tool("work");
    await remote.down();
    expect((await agent.tool("work")).error?.message).toBe(
      "MCP server “remote” cannot be reached: nothing listens at its address",
    );
    await remote.up();
    expect(text(await agent.tool("work"))).toBe("work done");
  });

  it.each([
    ["a status", status(500), "answered 500: no"],
    [
      "a web page",
      ((_c, { raw }) => void raw.writeHead(200, { "content-type": "text/html" }).end("<html>")) as Behaviour,
      "answered with something that is not MCP: “<html>”",
    ],
    ["a stream without the answer", sse(": hello\n\n"), "closed the stream without an answer"],
    [
      "half of an answer",
      ((_c, { raw }) => {
        raw.writeHead(200, { "content-type": "application/json", "content-length": 100 });
        raw.write('{"json');
        setImmediate(() => raw.destroy());
      }) as Behaviour,
      "broke off its answer",
    ],
  ])("that answers with %s fails that call alone, and says so", async (_name, behaviour, reason) => {
    const { remote, agent } = await start();
    remote.behave(behaviour);
    expect((await agent.tool("work")).error?.message).toBe(`MCP server “remote” ${reason}`);
    remote.behave((_call, { result }) => result({ content: [] }));
    expect((await agent.tool("work")).error).toBeUndefined();
  });

  it("P9: may end its lines in any way that SSE allows", async () => {
    const { remote, agent } = await start();
    for (const end of ["\n", "\r\n", "\r"]) {
      remote.behave((_call, { raw }) => {
        raw.writeHead(200, { "content-type": "text/event-stream" });
        const message = JSON.stringify({
          jsonrpc: "2.0",
          id: remote.lastId,
          result: { content: [{ type: "text", text: "ü€🦊" }] },
        });
        for (const byte of Buffer.from(`: x${end}event: message${end}data: ${message}${end}${end}`))
          raw.write(Buffer.of(byte));
        raw.end();
      });
      expect(text(await agent.tool("work"))).toBe("ü€🦊");
    }
  });

  it("P9: a stream is resumed after an identifier of any characters, as UTF-8; one that no header carries ends the call at once", async () => {
    const { remote, agent } = await start();
    const begin = (id: string) => sse(`id: ${id}\nretry: 1\ndata: \n\n`);
    const asked: string[] = [];
    remote.resume = (id, response) => {
      asked.push(Buffer.from(id, "latin1").toString());
      const result = { content: [{ type: "text", text: "resumed" }] };
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id: remote.lastId, result })}\n\n`);
    };
    for (const id of ["plain-1", "☃ ü 日本"]) {
      remote.behave(begin(id));
      // The agent is told to come back for its answer too, which is another test's.
      void agent.tool("work").catch(() => {});
      await expect.poll(() => asked.at(-1)).toBe(id);
    }
    for (const id of ["a\u0001b", "x".repeat(100_000)]) {
      remote.behave(begin(id));
      expect((await agent.tool("work")).error?.message).toBe("MCP server “remote” closed the stream without an answer");
    }
    expect(asked).toEqual(["plain-1", "☃ ü 日本"]);
  });

  it("gets the configured headers, and A31: never the agent's own token", async () => {
    const { remote, agent } = await start({ headers: { "x-key": "configured" } });
    await agent.tool("work");
    const headers = remote.calls[0]?.headers ?? {};
    expect(headers["x-key"]).toBe("configured");
    expect(JSON.stringify(headers)).not.toContain(agent.token);
    expect(headers["mcp-protocol-version"]).toBe("2025-11-25");
  });

  it("A31: is not followed to another origin, where its credentials would leak", async () => {
    const { remote, agent } = await start({ headers: { authorization: "Bearer mine" } });
    let leaked = false;
    const thief = await startHttpUpstream(TOOLS, () => {
      leaked = true;
      return true;
    });
    remote.behave((_call, { raw }) => void raw.writeHead(307, { location: thief.url }).end());
    expect((await agent.tool("work")).error?.message).toContain("answered 307");
    expect(leaked).toBe(false);
    await thief.down();
  });

  it("at the wrong address says what may be wrong with it", async () => {
    const { local } = await start();
    const old = createServer((_request, response) => void response.writeHead(405).end());
    const address = await listen(old);
    const reply = await local.ask("/servers/test", {
      method: "POST",
      body: { config: { url: `${address}/sse` } },
    });
    expect(await reply.json()).toMatchObject({
      state: "failed",
      reason: "answered 405 (neither Streamable HTTP nor HTTP+SSE there; its address often ends in /mcp or /sse)",
    });
    old.close();
  });

  it("that wants a sign-in says so", async () => {
    const { local } = await start({}, () => false);
    const servers = async () => ((await (await local.ask("/servers")).json()) as { servers: Json[] }).servers;
    await expect.poll(servers).toMatchObject([{ state: "failed", reason: "wants a sign-in (401)" }]);
  });

  it("may answer with 20 MB, which reach the agent whole", async () => {
    const { remote, agent } = await start();
    remote.behave((_call, { result }) => result({ content: [{ type: "text", text: "y".repeat(20_000_000) }] }));
    expect(text(await agent.tool("work")).length).toBe(20_000_000);
  });
});
