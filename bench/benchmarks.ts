/** Lists benchmarks, in the order in which they run. */
import { bridgeThroughput } from "./b1-bridge-throughput.ts";
import { bridgeLatency } from "./b2-bridge-latency.ts";
import { fanOut } from "./b3-fan-out.ts";
import { callsOverHttp } from "./b4-calls-over-http.ts";
import { callsOverStdio } from "./b5-calls-over-stdio.ts";
import { terminalThroughput } from "./b6-terminal-throughput.ts";
import { terminalStall } from "./b7-terminal-stall.ts";
import { keyToPaint } from "./b8-key-to-paint.ts";
import { uiUnderEvents } from "./b9-ui-under-events.ts";
import { uiHistory } from "./b10-ui-history.ts";
import { start } from "./b11-start.ts";
import { memory } from "./b12-memory.ts";
import { growth } from "./b13-growth.ts";
import { previews } from "./b14-previews.ts";
import { machines } from "./b15-machines.ts";
import type { Benchmark } from "./harness/benchmark.ts";

export const BENCHMARKS: readonly Benchmark[] = [
  bridgeThroughput,
  bridgeLatency,
  fanOut,
  callsOverHttp,
  callsOverStdio,
  terminalThroughput,
  terminalStall,
  keyToPaint,
  uiUnderEvents,
  uiHistory,
  start,
  memory,
  growth,
  previews,
  machines,
];
