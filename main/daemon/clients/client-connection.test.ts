/** Proves that a client that is frozen is noticed, and one that only works is not. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import type { Log } from "../../home/create-log.ts";
import { silentLog } from "../../home/create-log.ts";
import { openClientConnection } from "./client-connection.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Socket extends EventEmitter {
  bufferedAmount = 0;
  readonly sent: { type?: string }[] = [];
  send(text: string, done?: () => void) {
    this.sent.push(JSON.parse(text));
    done?.();
  }
  pause() {}
  resume() {}
  close() {}
  terminate() {
    this.emit("close");
  }
  says(frame: object) {
    this.emit("message", Buffer.from(JSON.stringify(frame)), false);
  }
}

async function introduce(answersPings: boolean, log: Log = silentLog()) {
  const socket = new Socket();
  let left = false;
  const ready = Promise.withResolvers<void>();
  openClientConnection(socket as unknown as WebSocket, {
    client: "c",
    seconds: 120,
    declared: [],
    checks: { schema: async () => undefined, value: async () => undefined },
    log,
    onTools: () => ready.resolve(),
    onClose() {
      left = true;
    },
  });
  socket.says({ type: "hello", name: "c", tools: [] });
  await ready.promise;
  if (answersPings) {
    const send = socket.send.bind(socket);
    socket.send = (text, done) => {
      send(text, done);
      if (text.includes('"ping"')) socket.says({ type: "pong" });
    };
  }
  return { socket, left: () => left };
}

it("P52: a client whose page is frozen is cut off within 15 s although its connection lives", async () => {
  const { left } = await introduce(false);
  vi.advanceTimersByTime(10_000);
  expect(left()).toBe(false);
  vi.advanceTimersByTime(5_000);
  expect(left()).toBe(true);
});

it("P52: a client that answers is kept for as long as it likes", async () => {
  const { left } = await introduce(true);
  vi.advanceTimersByTime(600_000);
  expect(left()).toBe(false);
});

it("P52: a client that talks nonsense all day writes one line of each kind a minute to the log", async () => {
  const lines: string[] = [];
  const note = (_: unknown, what: string) => void lines.push(what);
  const log = { ...silentLog(), warn: note, info: note, debug: note, error: note } as unknown as Log;
  const { socket, left } = await introduce(true, log);
  for (let second = 0; second < 300; second += 1) {
    for (let n = 0; n < 10; n += 1) {
      socket.says({ id: `unknown-${n}`, success: true, data: 1 });
      socket.says({ type: "progress", id: "unknown", progress: n });
    }
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(left()).toBe(false);
  // Two kinds of nonsense, for five minutes.
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(2 * 6);
});
