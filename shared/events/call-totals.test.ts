/** Proves that the sums over a session's calls are those of its calls. */
import { expect, it } from "vitest";
import { createCallTotals } from "./call-totals.ts";

const call = (tool: string, server: string | undefined, durationMs: number | undefined, state = "finished") => ({
  id: `${tool}-${durationMs}`,
  tool,
  server,
  state: state as "finished",
  about: undefined as never,
  startedAt: "2026-01-01T00:00:00.000Z",
  endedAt: undefined,
  durationMs,
});

it("counts calls and errors, and gives durations that there were, for each tool and each server", () => {
  const totals = createCallTotals();
  for (let ms = 1; ms <= 100; ms += 1) totals.call(call("read", "fs", ms));
  totals.call(call("write", "fs", 5_000, "failed"));
  totals.call(call("write", "fs", undefined, "running"));
  totals.call(call("read", undefined, 7));
  totals.bytes("read", "fs", 300);
  totals.bytes("read", "fs", 30);
  totals.bytes("gone", "fs", 1);
  const { tools, servers, slowest } = totals.result();
  expect(tools).toEqual([
    { server: "fs", tool: "read", calls: 100, errors: 0, bytes: 330, p50: 50, p95: 95 },
    { server: "fs", tool: "write", calls: 2, errors: 1, bytes: 0, p50: 5_000, p95: 5_000 },
    { server: "", tool: "read", calls: 1, errors: 0, bytes: 0, p50: 7, p95: 7 },
  ]);
  expect(servers[0]).toMatchObject({ server: "fs", calls: 102, errors: 1, bytes: 331 });
  expect(slowest[0]).toMatchObject({ tool: "write", durationMs: 5_000 });
  expect(slowest).toHaveLength(50);
});

it("takes the two moments of a call that nobody measured, and no time that ran backwards", () => {
  const totals = createCallTotals();
  totals.call({ ...call("a", "s", undefined), endedAt: "2026-01-01T00:00:02.000Z" as never });
  totals.call({ ...call("b", "s", undefined), endedAt: "2025-01-01T00:00:00.000Z" as never });
  const [a, b] = totals.result().tools;
  expect(a?.p50).toBe(2_000);
  expect(b?.p50).toBeUndefined();
});
