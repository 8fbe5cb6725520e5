/** Proves what it costs to notice ports: seldom while nothing happens, soon after a session has printed. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FoundListener } from "./find-listeners.ts";
import { createPortWatch, type PortWatch } from "./watch-ports.ts";

let clock = 0;
let spent = 0;
let looks = 0;
let printed = 0;
let listeners: FoundListener[] = [];
let watch: PortWatch;
const onChange = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  [clock, spent, looks, printed, listeners] = [0, 0, 0, 0, []];
  onChange.mockReset();
  watch = createPortWatch({
    leaders: () => [{ session: "one", pid: 1 }],
    offset: () => printed,
    exposed: () => [],
    exposing: () => [],
    find: async () => {
      looks += 1;
      spent += 20;
      return listeners;
    },
    onChange,
    costly: false,
    steady: () => clock,
    cpu: () => spent,
  });
});
afterEach(() => {
  watch.dispose();
  vi.useRealTimers();
});

async function seconds(count: number, each = () => {}): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    each();
    clock += 1_000;
    await vi.advanceTimersByTimeAsync(1_000);
  }
}

it("while nothing of a session happens, looks stay seldom, whatever other programs of the machine open and close", async () => {
  let port = 20_000;
  await seconds(100, () => {
    port += 1;
    listeners = [{ port, session: undefined, process: undefined }];
  });
  // 20 ms each: a fifth of a percent of a core.
  expect(looks).toBeLessThanOrEqual(11);
  expect(onChange).toHaveBeenCalledTimes(1);
});

it("a port is noticed soon after its program has printed, as servers do that have begun to listen", async () => {
  await seconds(30);
  const before = looks;
  listeners = [{ port: 5_173, session: "one", process: "vite" }];
  printed = 100;
  await seconds(2);
  expect(looks).toBeGreaterThan(before);
  expect(watch.ports("one")).toEqual([{ port: 5_173, process: "vite", ours: true }]);
});

it("a session that prints all the time costs a hundredth of a core at most", async () => {
  await seconds(100, () => {
    printed += 1;
  });
  expect(looks * 20).toBeLessThanOrEqual(1_020);
});
