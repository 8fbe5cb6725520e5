/** Proves at real sockets that connections without a token are bounded in number and time, however slowly they read. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createWaitingRoom, MAX_PIPELINED, MAX_WAITING, type WaitingRoom } from "./waiting-room.ts";

/** More than all buffers between two sockets of this machine take. */
const LARGE = Buffer.alloc(16 * 1024 * 1024);

let server: Server;
let room: WaitingRoom;
let port: number;
const clients: Socket[] = [];
/** Requests that were let through. */
let asked = 0;
async function begin(maxWaitMs?: number, maxAnswerMs?: number): Promise<void> {
  server = createServer();
  asked = 0;
  room = createWaitingRoom(server, maxWaitMs, maxAnswerMs);
  server.on("request", (request, response) => {
    if (!room.takes(request.socket, response)) return;
    asked += 1;
    if (request.headers.authorization !== undefined) room.admitted(request.socket);
    else room.serving(request.socket, response);
    response.end(request.url === "/large" ? LARGE : "small");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
}
beforeEach(() => begin());
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  room.dispose();
  server.close();
});
async function client(): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  clients.push(socket);
  await once(socket, "connect");
  return socket;
}
/** Asks for more than it ever reads. */
async function slowReader(): Promise<Socket> {
  const socket = await client();
  socket.pause();
  socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  return socket;
}
const closed = (socket: Socket) => once(socket, "close");
async function owner(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: "x", connection: "close" } });
  return answer.text();
}

it("A13: one too many cuts the one that has waited longest, not the newest", async () => {
  const all = [await client()];
  const first = closed(all[0] as Socket);
  while (all.length < MAX_WAITING) all.push(await client());
  const newest = await client();
  await first;
  newest.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(String(await once(newest, "data"))).toMatch(/^HTTP\/1.1 200/);
  expect(await owner()).toBe("small");
});

it("A13: slow readers keep nobody out, neither who has a token nor who loads the page", async () => {
  for (let i = 0; i < MAX_WAITING + 20; i += 1) await slowReader();
  await expect.poll(() => room.waiting).toBeGreaterThanOrEqual(MAX_WAITING);
  expect(room.waiting).toBeLessThanOrEqual(2 * MAX_WAITING);
  for (let i = 0; i < 3; i += 1) {
    expect(await owner()).toBe("small");
    const page = await fetch(`http://127.0.0.1:${port}/large`, { headers: { connection: "close" } });
    expect((await page.arrayBuffer()).byteLength).toBe(LARGE.byteLength);
  }
});

it("A13: an answer that nobody reads is given up", async () => {
  room.dispose();
  server.close();
  await begin(60_000, 300);
  const socket = await slowReader();
  await expect.poll(() => room.waiting).toBe(1);
  await expect.poll(() => room.waiting).toBe(0);
  socket.resume();
  await closed(socket);
  expect(socket.bytesRead).toBeLessThan(LARGE.byteLength);
});

it("A13: who asks again and again is as bounded as who is silent", async () => {
  const socket = await client();
  for (let i = 0; i < 3; i += 1) {
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
  }
  await expect.poll(() => room.waiting).toBe(1);
  const end = closed(socket);
  for (let i = 0; i < MAX_WAITING; i += 1) await client();
  await end;
});

it("A13: a connection that asks a thousand times in one write is cut, and the owner need not wait for it", async () => {
  const stranger = await client();
  const cut = closed(stranger);
  stranger.resume();
  stranger.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000));
  await cut;
  expect(asked).toBeLessThanOrEqual(MAX_PIPELINED);
  expect(await owner()).toBe("small");
});

it("A13: a client that sends some requests ahead, and then goes on, is answered all of them", async () => {
  const patient = await client();
  let text = "";
  patient.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  const answers = (count: number) => expect.poll(() => text.split("HTTP/1.1 200").length - 1).toBe(count);
  for (let turn = 1; turn <= 3; turn += 1) {
    patient.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(MAX_PIPELINED));
    await answers(turn * MAX_PIPELINED);
  }
});
