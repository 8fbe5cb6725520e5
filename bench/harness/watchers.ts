/** The bench's hold on a process full of event clients: one line of orders, one line of answer. */

import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "../../shared/protocol/schema.ts";
import { launch } from "./own-processes.ts";
import { parse } from "./program.ts";

const percentiles = z.object({ p50: z.number(), p99: z.number(), max: z.number() });

export interface Watchers {
  pid: number;
  /** `stalled` never read; every `timed`th of the others is timed. */
  open(
    url: string,
    headers: Record<string, string>,
    of: { clients: number; stalled: number; timed: number },
  ): Promise<void>;
  /** Returns when every client that reads has so many events, with the latencies since the last time. */
  received(events: number): Promise<z.output<typeof percentiles>>;
  close(): Promise<void>;
  end(): Promise<void>;
}

export async function startWatchers(): Promise<Watchers> {
  const file = join(import.meta.dirname, "..", "programs", "watchers.ts");
  const { child, pid, end } = await launch(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the watchers have no standard input and output");
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const line = await answers.next();
    if (line.done === true) throw new Error("the watchers ended");
    return line.value;
  };
  const ask = (order: object) => {
    stdin.write(`${JSON.stringify(order)}\n`);
    return answer();
  };
  await answer();
  return {
    pid,
    open: async (url, headers, of) => {
      await ask({ do: "open", url, headers, ...of });
    },
    received: async (events) => parse(percentiles, await ask({ do: "await", events })),
    close: async () => {
      await ask({ do: "close" });
    },
    end,
  };
}
