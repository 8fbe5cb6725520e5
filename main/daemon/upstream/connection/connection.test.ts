/** Proves when a server that failed is started again, with a clock of its own. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { silentLog } from "../../../home/create-log.ts";
import { isRequest } from "../../rpc/message.ts";
import { createCatalogue } from "../catalogue/catalogue.ts";
import { createConnection } from "./connection.ts";
import type { LinkFault, LinkHandlers, OpenLink } from "./link.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
const SERVER = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "s", version: "1" } };

/** A server that does not start while `fault` is set, and otherwise answers at once. */
function upstream() {
  const starts: number[] = [];
  const state: { fault: LinkFault | undefined; live: LinkHandlers | undefined } = { fault: undefined, live: undefined };
  const open: OpenLink = (handlers) => ({
    async start() {
      starts.push(Date.now());
      state.live = handlers;
      return state.fault;
    },
    async send(message) {
      if (isRequest(message)) handlers.message({ jsonrpc: "2.0", id: message.id, result: { ...SERVER } }, undefined);
    },
    ready() {},
    said: () => "",
    async close() {},
  });
  return { starts, state, open };
}
const connect = (open: OpenLink) =>
  createConnection({
    name: "s",
    open,
    client,
    handlers: { request() {}, notification() {}, state() {} },
    random: () => 1,
    clock: () => Date.now(),
  });
const waits = (starts: number[]) => starts.slice(1).map((at, i) => at - (starts[i] ?? 0));

it("waits longer each time, gives up after five times, and tries again when it is needed", async () => {
  const { starts, state, open } = upstream();
  state.fault = { reason: "exited with code 1" };
  const connection = connect(open);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(waits(starts)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  state.fault = undefined;
  connection.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state.phase).toBe("ready");
  await connection.close();
});

it("begins with the shortest wait again after it has held for a while, and only then", async () => {
  const { starts, state, open } = upstream();
  const connection = connect(open);
  await vi.advanceTimersByTimeAsync(0);
  for (const held of [5_000, 5_000, 11_000, 5_000]) {
    await vi.advanceTimersByTimeAsync(held);
    state.live?.closed({ reason: "crashed" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(connection.state.phase).toBe("ready");
  }
  // The third had held: 1 s, 2 s, then 1 s, 2 s.
  expect(starts.length).toBe(5);
  const lost = [5_000, 15_000, 31_000, 41_000];
  expect(starts.slice(1).map((at, i) => at - (starts[0] ?? 0) - (lost[i] ?? 0))).toEqual([1_000, 2_000, 1_000, 2_000]);
  await connection.close();
});

it("is started again when it ends after its last answer, while it is told that the handshake is done", async () => {
  const { starts, open } = upstream();
  let ends = true;
  const connection = connect((handlers) => {
    const link = open(handlers);
    return {
      ...link,
      async send(message) {
        if (isRequest(message)) return link.send(message);
        if (ends) handlers.closed({ reason: "closed its stream" });
        ends = false;
      },
    };
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(connection.state).toEqual({ phase: "failed", fault: { reason: "closed its stream" } });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(connection.state.phase).toBe("ready");
  expect(waits(starts)).toEqual([1_000]);
  await connection.close();
});

it("is not started again where a person has to sign in first", async () => {
  const { starts, state, open } = upstream();
  state.fault = { reason: "wants a sign-in (401)", signIn: true };
  const connection = connect(open);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(starts).toHaveLength(1);
  await connection.close();
});

it("holds up the list of the others only while it is new, and never once it is known", async () => {
  let now = 0;
  const mute: OpenLink = () => ({
    start: async () => undefined,
    send: async () => {},
    ready() {},
    said: () => "",
    close: async () => {},
  });
  const catalogue = createCatalogue({
    open: () => mute,
    log: silentLog(),
    secrets: () => [],
    onChange() {},
    onReady() {},
    kept: { get: () => undefined, put() {}, accepted: () => undefined, putAccepted() {}, keepOnly() {}, close() {} },
    clock: () => now,
  });
  const config = { command: "x" };
  const grace = (name: string) => catalogue.graceFor(name, 0);
  catalogue.apply([{ name: "mute", transport: "stdio", config }]);
  expect(grace("mute")).toBe(5_000);
  now = 4_000;
  catalogue.apply([
    { name: "mute", transport: "stdio", config },
    { name: "new", transport: "stdio", config },
  ]);
  expect([grace("mute"), grace("new"), grace("none")]).toEqual([1_000, 5_000, 1_000]);
  catalogue.reportReady("new", { server: { ...SERVER, instructions: undefined }, tools: [] }, 1);
  now = 6_000;
  expect([grace("mute"), grace("new")]).toEqual([0, 0]);
  const disposed = catalogue.dispose();
  await vi.advanceTimersByTimeAsync(60_000);
  await disposed;
});

it("tells what becomes of a request only once its sender has a way to cancel it, however early it is known", async () => {
  const fault = { reason: "is not running", undelivered: true };
  const ways: [string, OpenLink][] = [
    [
      "a link that fails, or answers, while it is handed the request",
      (handlers) => ({
        start: async () => undefined,
        async send(message) {
          if (!isRequest(message)) return;
          const reply = { jsonrpc: "2.0", id: message.id, result: { ...SERVER } } as const;
          if (message.method === "fails") handlers.unanswered(message.id, fault);
          else if (message.method === "ends") handlers.closed(fault);
          else handlers.message(reply, undefined);
        },
        ready() {},
        said: () => "",
        async close() {},
      }),
    ],
    ["no connection at all", upstreamAway()],
  ];
  for (const [_way, open] of ways) {
    const connection = connect(open);
    await vi.advanceTimersByTimeAsync(0);
    for (const method of ["answers", "fails", "ends"]) {
      let returned = false;
      const told: boolean[] = [];
      const waiting = { reply: () => told.push(returned), lost: () => told.push(returned) };
      connection.send(method, undefined, waiting);
      returned = true;
      const cancelled = { reply: vi.fn(), lost: vi.fn() };
      connection.send(method, undefined, cancelled).cancel(undefined);
      await vi.advanceTimersByTimeAsync(0);
      expect(told).toEqual([true]);
      for (const called of Object.values(cancelled)) expect(called).not.toHaveBeenCalled();
    }
    await connection.close();
  }
});

function upstreamAway(): OpenLink {
  const { state, open } = upstream();
  state.fault = { reason: "is away" };
  return open;
}
