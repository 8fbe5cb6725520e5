/** Owns the list of benchmarks, in the order in which they run. */
import { bridgeThroughput } from "./b1-bridge-throughput.ts";
import { bridgeLatency } from "./b2-bridge-latency.ts";
import { fanOut } from "./b3-fan-out.ts";
import { callsOverHttp } from "./b4-calls-over-http.ts";
import { callsOverStdio } from "./b5-calls-over-stdio.ts";
import { terminalThroughput } from "./b6-terminal-throughput.ts";
import { terminalStall } from "./b7-terminal-stall.ts";
import type { Benchmark } from "./harness/benchmark.ts";

export const BENCHMARKS: readonly Benchmark[] = [
  bridgeThroughput,
  bridgeLatency,
  fanOut,
  callsOverHttp,
  callsOverStdio,
  terminalThroughput,
  terminalStall,
];
