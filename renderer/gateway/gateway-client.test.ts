/** Proves that every request which the page makes has a route at the gateway, spelled as the table has it. */
import { afterEach, expect, it, vi } from "vitest";
import { routeOf } from "../../shared/protocol/routes.ts";
import { createGatewayClient } from "./gateway-client.ts";
import type { GatewayGate } from "./gateway-gate.ts";

afterEach(() => vi.unstubAllGlobals());

it("asks only for what the gateway serves", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, { method = "GET" }: RequestInit = {}) => {
    asked.push(`${method} ${path.split("?")[0]}`);
    return Response.json({});
  });
  const gate = {
    tokenNow: () => "token",
    token: async () => ({ ok: true, value: "token" }),
    lost: () => {},
  } as unknown as GatewayGate;
  const client = createGatewayClient(gate, () => {});
  for (const [name, request] of Object.entries(client)) {
    // A file is sent by other means than `fetch`.
    if (/file/i.test(name)) continue;
    const before = asked.length;
    await Reflect.apply(request, undefined, ["a-b", "xy", 1, {}]);
    expect(asked.length, name).toBe(before + 1);
  }
  expect(asked.length).toBeGreaterThan(40);
  for (const row of asked) {
    const [method = "", path = ""] = row.split(" ");
    expect(["view", "act", "token"], row).toContain(routeOf(method, path)?.needs);
  }
});
