import { expect, it } from "vitest";
import { createDueReader, createLatencies } from "./latency.ts";

it("every event's due moment is read once, wherever the stream is cut", () => {
  const moments = [11_000_000_000_001, 22_000_000_000_002, 33_000_000_000_003];
  const frame = (due: number) => `{"event":{"progress":1,"message":"${due} ${"x".repeat(60)}"}}`;
  const stream = Buffer.from(moments.map(frame).join(""));
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const seen: number[] = [];
    const read = createDueReader();
    read(stream.subarray(0, cut), (due) => seen.push(due));
    read(stream.subarray(cut), (due) => seen.push(due));
    expect(seen, `cut at ${cut}`).toEqual(moments.map((due) => due / 1e6));
  }
});

it("a second's latencies do not count in the next one", () => {
  const latencies = createLatencies();
  latencies.record(50);
  expect(latencies.take().p99).toBeCloseTo(50, 0);
  latencies.record(1);
  expect(latencies.take().p99).toBeCloseTo(1, 1);
});
