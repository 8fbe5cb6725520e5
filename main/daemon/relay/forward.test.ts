/** Proves what becomes of a call whose server takes too long, with a clock of its own. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { decideDelivery } from "../outbox/decide-delivery.ts";
import { isRequest, type RpcMessage } from "../rpc/message.ts";
import { createConnection } from "../upstream/connection/connection.ts";
import type { OpenLink } from "../upstream/connection/link.ts";
import { forward } from "./forward.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const HELLO = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "s", version: "1" } };

it.each([
  [true, "retry"],
  [false, "unknown"],
] as const)(
  "P15: a write that times out may have been carried out: repeatable %s is %s, and its server is told to stop",
  async (repeatable, next) => {
    const sent: RpcMessage[] = [];
    let answer: (() => void) | undefined;
    const open: OpenLink = (handlers) => ({
      start: async () => undefined,
      async send(message) {
        sent.push(message);
        if (!isRequest(message)) return;
        const reply = { jsonrpc: "2.0", id: message.id, result: { ...HELLO } } as const;
        if (message.method === "initialize") handlers.message(reply, undefined);
        else answer = () => handlers.message(reply, undefined);
      },
      ready() {},
      said: () => "",
      close: async () => {},
    });
    const client = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const handlers = { request() {}, notification() {}, state() {} };
    const to = createConnection({ name: "s", open, client, handlers });
    await vi.advanceTimersByTimeAsync(0);

    const told: RpcMessage[] = [];
    const verdicts: string[] = [];
    const done = vi.fn();
    forward({ jsonrpc: "2.0", id: 7, method: "tools/call", params: {} }, {}, to, {
      send: (message) => told.push(message),
      pause() {},
      rescue(fault) {
        verdicts.push(decideDelivery({ outcome: "lost", fault }, repeatable).next);
        return { result: { kept: true }, end: { kind: "queued", reason: fault.reason } };
      },
      timeoutMs: 60_000,
      done,
    });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(verdicts).toEqual([next]);
    expect(told).toEqual([{ jsonrpc: "2.0", id: 7, result: { kept: true } }]);
    expect(sent.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { reason: "timeout" } });
    // The answer that comes after all is nobody's any more.
    answer?.();
    expect(told).toHaveLength(1);
    expect(done).toHaveBeenCalledOnce();
    await to.close();
  },
);
