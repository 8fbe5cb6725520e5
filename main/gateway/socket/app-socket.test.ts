/** Proves that the UI gets one picture and then its changes, and that one which lags gets the picture again instead of a backlog. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type AppFrame, appFrameSchema, type SessionView } from "../../../shared/protocol/app-frames.ts";
import { createAppHub } from "../app-hub.ts";
import { serveApp } from "./app-socket.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The part of a socket that is used, with a buffer that fills when told to. */
class SlowSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  sent: AppFrame[] = [];
  drained: (() => void)[] = [];
  send(text: string, _options: unknown, done: () => void): void {
    this.sent.push(appFrameSchema.parse(JSON.parse(text)));
    if (this.bufferedAmount === 0) done();
    else this.drained.push(done);
  }
  drain(): void {
    this.bufferedAmount = 0;
    for (const done of this.drained.splice(0)) done();
  }
}
const start = () => {
  const socket = new SlowSocket();
  const hub = createAppHub({ state: "none", own: false, since: "2026-11-20T10:00:00Z", attempts: [] }, () => 0);
  serveApp(socket, hub, () => ({ kind: "owner", scope: "full" }));
  return { socket, hub };
};
const view = (id: string, label: string): SessionView => ({
  id,
  agent: "shell",
  agent_name: "Shell",
  label,
  cwd: "/",
  command: "sh",
  created_at: "2026-11-20T10:00:00Z",
  status: { state: "running", evidence: "the program runs", since: "2026-11-20T10:00:00Z" },
  terminal: { state: "running" },
  calls: { total: 0, running: 0, failed: 0 },
});

it("begins with a snapshot, then sends changes, each thing once however often it changed", () => {
  const { socket, hub } = start();
  expect(socket.sent.map(({ type }) => type)).toEqual(["snapshot"]);
  for (let i = 0; i < 100; i += 1) hub.publish({ type: "session", session: view("a", `name ${i}`) });
  hub.publish({ type: "session", session: view("b", "other") });
  hub.publish({ type: "session_removed", id: "b" });
  vi.advanceTimersByTime(100);
  expect(socket.sent.slice(1)).toEqual([
    { type: "session", session: view("a", "name 99") },
    { type: "session_removed", id: "b" },
  ]);
});

it("a reader that lags is sent nothing until it has read, then one snapshot of how things are", () => {
  const { socket, hub } = start();
  socket.bufferedAmount = 1;
  hub.publish({ type: "session", session: view("first", "x") });
  vi.advanceTimersByTime(50);
  expect(socket.sent).toHaveLength(2);
  socket.bufferedAmount = 10_000_000;
  for (let i = 0; i < 50; i += 1) {
    hub.publish({ type: "session", session: view(`s${i}`, "x") });
    vi.advanceTimersByTime(50);
  }
  expect(socket.sent).toHaveLength(2);
  socket.drain();
  expect(socket.sent).toHaveLength(3);
  expect(socket.sent[2]).toMatchObject({ type: "snapshot", app: { sessions: { length: 51 } } });
});

it("forgets a reader that went", () => {
  const { socket, hub } = start();
  socket.emit("close");
  hub.publish({ type: "session", session: view("a", "x") });
  vi.advanceTimersByTime(100);
  expect(socket.sent).toHaveLength(1);
});
