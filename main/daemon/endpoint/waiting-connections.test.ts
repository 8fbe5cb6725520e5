/** Proves that whoever has no key of the daemon takes nothing from those who have one: no connection, no file, no end of the daemon. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startDaemon, type TestDaemon } from "../../../test/support/daemon/start-daemon.ts";
import { writeDiscovery } from "../discovery-entry.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(): Promise<TestDaemon> {
  const daemon = await startDaemon({});
  undo.push(() => daemon.stop());
  return daemon;
}
async function open(daemon: TestDaemon, text = ""): Promise<Socket> {
  const socket = connect(Number(new URL(daemon.url).port), "127.0.0.1");
  undo.push(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  if (text !== "") socket.write(text);
  return socket;
}
const gone = (socket: Socket) => (socket.closed ? Promise.resolve() : once(socket, "close"));
const request = (daemon: TestDaemon, line: string, ...headers: string[]) =>
  `${[line, `host: ${new URL(daemon.url).host}`, ...headers].join("\r\n")}\r\n\r\n`;

describe("connections without a key", () => {
  it("are cut after a moment: silent ones, a head or a body that never ends, answers that nobody reads", async () => {
    const daemon = await start();
    const sockets = await Promise.all([
      open(daemon),
      open(daemon, "POST /session HTTP/1.1\r\nhost: "),
      open(
        daemon,
        request(daemon, "POST /session HTTP/1.1", "content-type: application/json", "content-length: 100000"),
      ),
      open(
        daemon,
        request(
          daemon,
          "POST /mcp HTTP/1.1",
          "authorization: Bearer wrong",
          "accept: application/json, text/event-stream",
          "content-type: application/json",
          "content-length: 5000",
        ),
      ),
      open(daemon, request(daemon, "GET /health HTTP/1.1")),
      open(daemon, request(daemon, "GET /session/x/terminal HTTP/1.1", "upgrade: websocket", "connection: upgrade")),
    ]);
    for (const socket of sockets) socket.resume();
    await Promise.all(sockets.map(gone));
  });

  it("are bounded in number, and never keep out who has a key", async () => {
    const daemon = await start();
    const sockets = await Promise.all(Array.from({ length: 400 }, () => open(daemon)));
    expect((await daemon.ask("/sessions")).status).toBe(200);
    const agent = await daemon.agent();
    expect((await agent.call("ping")).result).toEqual({});
    await Promise.all(sockets.map(gone));
  });

  it("end, while those of a gateway and of an agent stay for as long as they like", async () => {
    const daemon = await start();
    const { session_id, token } = await daemon.session();
    const kept = await Promise.all([
      open(daemon, request(daemon, "GET /events HTTP/1.1", `authorization: Bearer ${daemon.key}`)),
      open(daemon, request(daemon, `GET /session/${session_id}/events HTTP/1.1`, `authorization: Bearer ${token}`)),
      open(daemon, request(daemon, "GET /sessions HTTP/1.1", `authorization: Bearer ${daemon.key}`)),
    ]);
    for (const socket of kept) socket.resume();
    const stranger = await open(daemon);
    await gone(stranger);
    expect(kept.map((socket) => socket.destroyed || socket.readableEnded)).toEqual([false, false, false]);
  });
});

describe("the daemon's own discovery file", () => {
  it("is another's only when it says something else: one that cannot be read now is no reason to end", () => {
    const folder = mkdtempSync(join(tmpdir(), "signalbox-discovery-"));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "mcp.json");
    const entry = writeDiscovery(path, "http://127.0.0.1:5", "now");
    expect(entry.check()).toBe("ours");
    rmSync(path);
    expect(entry.check()).toBe("ours");
    expect(entry.check()).toBe("ours");
    rmSync(path);
    mkdirSync(path);
    expect(entry.check()).toBe("ours");
    rmSync(path, { recursive: true });
    writeFileSync(path, '{"url":"http://127.0.0.1:6/mcp"}', { mode: 0o600 });
    expect(entry.check()).toBe("another");
  });
});
