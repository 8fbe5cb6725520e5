/** Proves that a server is reached alike over loopback and through any stream: requests, bodies, streams, upgrades, and their ends. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { forwardUpgrade } from "./forward-upgrade.ts";
import { ask, type Reach, reachAddress, reachBy } from "./reach.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Served {
  reach: Reach;
  server: Server;
  /** Connections that the server has seen. */
  connections: () => number;
}
async function serve(kind: "loopback" | "stream", listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  let seen = 0;
  server.on("connection", () => {
    seen += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = (): Duplex => {
    const [near, far] = duplexPair();
    server.emit("connection", far);
    undo.push(() => far.destroy());
    return near;
  };
  const reach = kind === "loopback" ? reachAddress(base) : reachBy(base, open);
  undo.push(reach.close);
  return { reach, server, connections: () => seen };
}
const echo: RequestListener = async (request: IncomingMessage, response: ServerResponse) => {
  const body = await buffer(request);
  response.writeHead(201, { "content-type": "application/json", "x-two": ["a", "b"] });
  response.end(JSON.stringify({ method: request.method, url: request.url, ...request.headers, body: String(body) }));
};

describe.each(["loopback", "stream"] as const)("a server that is reached by %s", (kind) => {
  it("gets method, path, headers and body, and its own name as Host", async () => {
    const { reach } = await serve(kind, echo);
    const answer = await ask(reach, "/a/b?c=d", { method: "PUT", headers: { authorization: "Bearer t" }, body: "é" });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-two")).toBe("a, b");
    expect(await answer.json()).toMatchObject({
      method: "PUT",
      url: "/a/b?c=d",
      host: new URL(reach.base).host,
      authorization: "Bearer t",
      "content-length": "2",
      body: "é",
    });
  });

  it("answers several requests on one connection", async () => {
    const { reach, connections } = await serve(kind, echo);
    for (let n = 0; n < 5; n += 1) await (await ask(reach, "/")).text();
    expect(connections()).toBe(1);
  });

  it("may answer without a body", async () => {
    const { reach } = await serve(kind, (_, response) => response.writeHead(204).end());
    const answer = await ask(reach, "/", { method: "DELETE" });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("is read no faster than its reader takes", async () => {
    let sent = 0;
    const piece = Buffer.alloc(64 * 1024);
    const { reach } = await serve(kind, (_, response) => {
      const more = () => {
        while (sent < 64 && response.write(piece)) sent += 1;
        sent += 1;
      };
      response.on("drain", more);
      more();
    });
    const answer = await ask(reach, "/");
    const reader = answer.body?.getReader();
    await reader?.read();
    const before = sent;
    for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThanOrEqual(before + 64);
    await reader?.cancel();
  });

  it("says in its body that the answer was cut, and for whom it was ended", async () => {
    const { reach } = await serve(kind, (request, response) => {
      response.write("begun");
      if (request.url === "/cut") setImmediate(() => response.destroy());
    });
    await expect((await ask(reach, "/cut")).text()).rejects.toThrow();
    const stop = new AbortController();
    const answer = await ask(reach, "/", { signal: stop.signal });
    const text = answer.text();
    stop.abort(new Error("enough"));
    await expect(text).rejects.toThrow("enough");
    await expect(ask(reach, "/", { signal: stop.signal })).rejects.toThrow("enough");
  });

  it("that gives no answer in time is a time-out", async () => {
    const { reach } = await serve(kind, () => {});
    await expect(ask(reach, "/", { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("hands bytes on as they come, and stops when it is told to", async () => {
    const { reach } = await serve(kind, (_, response) => {
      for (let n = 0; n < 4; n += 1) response.write("x".repeat(50_001));
      response.end();
    });
    let length = 0;
    let stops = 0;
    const socket = reach.connect((bytes, from) => {
      length += from.subarray(0, bytes).length;
      stops += 1;
      setImmediate(() => socket.resume());
      return false;
    });
    socket.write(`GET / HTTP/1.1\r\nHost: ${new URL(reach.base).host}\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(length).toBeGreaterThan(200_000);
    expect(stops).toBeGreaterThan(1);
  });

  it("takes WebSockets, of our own and forwarded ones", async () => {
    const { reach, server } = await serve(kind, () => {});
    const sockets = new WebSocketServer({ server });
    undo.push(() => sockets.close());
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(`heard ${String(data)}`)));
    const gateway = createServer().on("upgrade", (request, socket, head) => {
      forwardUpgrade(request, socket, head, {
        target: "/",
        headers: request.rawHeaders.filter((_, at, all) => !/^(connection|upgrade)$/i.test(all[at - (at % 2)] ?? "")),
        via: { createConnection: () => reach.connect() },
        accepted: (headers) => headers,
        refused: (_, headers) => headers,
        failed: () => socket.destroy(),
        brokenCode: 4502,
      });
    });
    await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
    undo.push(() => {
      gateway.closeAllConnections();
      gateway.close();
    });
    for (const open of [
      () => new WebSocket(reach.base.replace("http", "ws"), { createConnection: () => reach.connect() as never }),
      () => new WebSocket(`ws://127.0.0.1:${(gateway.address() as AddressInfo).port}`),
    ]) {
      const socket = open();
      await new Promise((resolve) => socket.once("open", resolve));
      const heard = new Promise((resolve) => socket.once("message", (data) => resolve(String(data))));
      socket.send("you");
      expect(await heard).toBe("heard you");
      const closed = new Promise((resolve) => socket.once("close", resolve));
      for (const other of sockets.clients) other.close(4001);
      expect(await closed).toBe(4001);
    }
  });
});

it("a connection that the server closed while it was kept costs no request", async () => {
  const { reach, server } = await serve("loopback", echo);
  await (await ask(reach, "/")).text();
  server.closeAllConnections();
  expect((await ask(reach, "/")).status).toBe(201);
});

it("says that nothing listens as the connection does", async () => {
  const { reach, server } = await serve("loopback", echo);
  await new Promise((resolve) => server.close(resolve));
  await expect(ask(reach, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const closed = reachBy("http://127.0.0.1:1", () => connect({ host: "127.0.0.1", port: 1 }));
  await expect(ask(closed, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
