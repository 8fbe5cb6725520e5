/** Proves that a peer that stopped answering is given up in time, that the others stay, and that nobody pays for our own standstill. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { PEER_TIMEOUT_MS, PING_INTERVAL_MS } from "../../shared/protocol/wire.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";

let server: WebSocketServer;
let heartbeat: Heartbeat;
let time = 0;
const clients: WebSocket[] = [];
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  time = 0;
  heartbeat = createHeartbeat(() => time);
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
});
afterEach(() => {
  heartbeat.dispose();
  for (const client of clients.splice(0)) client.terminate();
  server.close();
  vi.useRealTimers();
});

/** A client, and the server's end of it. */
async function connect(): Promise<{ client: WebSocket; peer: WebSocket }> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  clients.push(client);
  const [[peer]] = await Promise.all([once(server, "connection"), once(client, "open")]);
  heartbeat.watch(peer as WebSocket);
  return { client, peer: peer as WebSocket };
}
/** One round of pings, of which those that can answer do. */
async function tick(answering: readonly { peer: WebSocket }[], ms = PING_INTERVAL_MS): Promise<void> {
  time += ms;
  const pongs = answering.map(({ peer }) => once(peer, "pong"));
  vi.advanceTimersByTime(PING_INTERVAL_MS);
  await Promise.all(pongs);
}

it("P11: a frozen or half-open peer is given up after 15 s, not before, and those that answer stay", async () => {
  const [frozen, alive] = [await connect(), await connect()];
  // It reads nothing any more and answers nothing, as a stopped process or a cut cable.
  frozen.client.pause();
  const closed = once(frozen.peer, "close");
  while (time < PEER_TIMEOUT_MS - PING_INTERVAL_MS) {
    await tick([alive]);
    expect(frozen.peer.readyState).toBe(WebSocket.OPEN);
  }
  await tick([alive]);
  await closed;
  expect(time).toBe(PEER_TIMEOUT_MS);
  expect(alive.peer.readyState).toBe(WebSocket.OPEN);
  await tick([alive]);
});

it("P11: after a standstill of this process itself, as of a laptop that slept, every peer gets its time anew", async () => {
  const peers = [await connect(), await connect()];
  await tick(peers);
  await tick(peers, 3_600_000);
  for (const { peer } of peers) expect(peer.readyState).toBe(WebSocket.OPEN);
});
