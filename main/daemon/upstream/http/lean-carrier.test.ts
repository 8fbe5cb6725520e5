/** Proves with real sockets that connections to an upstream are used again only while that is safe, and that every loss is told once. */
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { listen } from "../../../../test/support/listen.ts";
import type { LinkFault } from "../connection/link.ts";
import type { HttpCarrier, HttpRequest } from "./http-exchange.ts";
import { createLeanCarrier } from "./lean-carrier.ts";

let server: Server | undefined;
let carrier: HttpCarrier | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  carrier?.dispose();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server?.close(resolve));
});

/** Answers each request on a connection with `say`; counts connections. */
async function start(say: (request: string, socket: Socket) => void, clock?: () => number) {
  const seen = { connections: 0, requests: [] as string[] };
  server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      seen.requests.push(String(bytes));
      say(String(bytes), socket);
    });
  });
  const { port } = new URL(await listen(server));
  carrier = createLeanCarrier(new URL(`http://localhost:${port}`), clock);
  return seen;
}

type Outcome = { status: number; body: string; whole: boolean } | { fault: LinkFault };
const ask = (request: Partial<HttpRequest> = {}): Promise<Outcome> =>
  new Promise((resolve) =>
    carrier?.send(
      { method: "POST", target: "/mcp?a=b", headers: {}, body: "hi", ...request },
      {
        failed: (fault) => resolve({ fault }),
        head({ status }) {
          let body = "";
          return {
            data(bytes) {
              body += String(bytes);
              return true;
            },
            end: (whole) => resolve({ status, body, whole }),
          };
        },
      },
    ),
  );
const ok = (body: string, headers = "") => `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;

it("a connection is used again, and several at once get one each", async () => {
  const seen = await start((_request, socket) => socket.write(ok("yes")));
  const same = { status: 200, body: "yes", whole: true };
  expect(await ask({ headers: { "x-a": "b", connection: "close" } })).toEqual(same);
  expect(await ask()).toEqual(same);
  expect(seen.connections).toBe(1);
  expect(seen.requests[0]).toMatch(/^POST \/mcp\?a=b HTTP\/1\.1\r\nhost: localhost:\d+\r\nconnection: keep-alive\r\n/);
  expect(seen.requests[0]).toMatch(/\r\nx-a: b\r\ncontent-length: 2\r\n\r\nhi$/);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([same, same, same]);
  expect(seen.connections).toBe(3);
});

it("a connection that lay unused nearly as long as its server keeps it is not used again: the call would be lost with it", async () => {
  let now = 0;
  let keepAlive = "";
  const seen = await start(
    (_request, socket) => socket.write(ok("yes", keepAlive)),
    () => now,
  );
  await ask();
  now += 3_900;
  await ask();
  expect(seen.connections).toBe(1);
  now += 4_100;
  keepAlive = "keep-alive: timeout=2\r\n";
  await ask();
  expect(seen.connections).toBe(2);
  now += 1_100;
  await ask();
  expect(seen.connections).toBe(3);
});

it("a header with a line break in it is never sent", async () => {
  const seen = await start((_request, socket) => socket.write(ok("yes")));
  await expect(ask({ headers: { "x-a": "b\r\nhost: other" } })).rejects.toThrow();
  expect(await ask({ headers: { "x-a": "é" }, body: "é" })).toMatchObject({ status: 200 });
  expect(seen.requests).toHaveLength(1);
});

it("a loss is told once, whatever it is: nobody there, hung up before or within the answer, no HTTP", async () => {
  await start((request, socket) => {
    if (request.includes("hang-up")) socket.destroy();
    else if (request.includes("half")) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    else socket.end("nonsense\r\n\r\n");
  });
  expect(await ask({ target: "/hang-up" })).toMatchObject({
    fault: { reason: expect.stringContaining("cannot be reached") },
  });
  expect(await ask({ target: "/half" })).toEqual({ status: 200, body: "half", whole: false });
  expect(await ask({ target: "/nonsense" })).toMatchObject({
    fault: { reason: expect.stringContaining("no HTTP status line") },
  });
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server?.close(resolve));
  expect(await ask()).toMatchObject({ fault: { undelivered: true } });
});

it("a real server's large answers, streams and early answers are read whole", async () => {
  const large = "x".repeat(3_000_000);
  const http = createHttpServer((request, response) => {
    request.resume();
    if (request.url === "/large") response.end(large);
    else if (request.url === "/stream") {
      for (let i = 0; i < 1_000; i += 1) response.write(`data: ${i}\n\n`);
      response.end();
    } else response.writeHead(413).end("no");
  });
  server = http;
  carrier = createLeanCarrier(new URL(await listen(http)));
  expect(await ask({ target: "/large" })).toEqual({ status: 200, body: large, whole: true });
  const stream = await ask({ target: "/stream" });
  expect("body" in stream && stream.body.match(/data/g)).toHaveLength(1_000);
  expect(await ask({ target: "/early", body: "y".repeat(100_000) })).toMatchObject({ status: 413 });
});
