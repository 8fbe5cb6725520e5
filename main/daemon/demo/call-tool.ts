/** The demo agent's tool calls: each shown as a line, all running ones in one status line, cancelled together. */

import { relative } from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { bad, quiet, resultLines, type Screen, toolLine, warn } from "./screen.ts";

/** Work on a large folder and a slow disk may take long; the person has Ctrl+C. */
const CALL_TIMEOUT_MS = 60 * 60 * 1000;
const TICK_MS = 200;
const SPINNER = ["◐", "◓", "◑", "◒"];

export type CallOutcome = "done" | "failed" | "cancelled";

export interface Caller {
  /** Prints the call and, when it ends, its result. Never rejects. */
  run(tool: string, args: Record<string, string>): Promise<CallOutcome>;
  /** Cancels what runs; false when nothing does. */
  cancelAll(): boolean;
}

export function createCaller(client: Client, screen: Screen, columns: () => number, cwd: string): Caller {
  const running = new Map<AbortController, { tool: string; startedAt: number }>();
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;

  const tick = () => {
    ticks += 1;
    const calls = [...running.values()];
    if (calls.length === 0) return screen.status(undefined);
    const seconds = Math.floor((performance.now() - Math.min(...calls.map((call) => call.startedAt))) / 1000);
    const names = calls.map((call) => call.tool).join(", ");
    screen.status(quiet(`${SPINNER[ticks % SPINNER.length]} ${names} · ${seconds} s · Ctrl+C cancels`));
  };
  const show = (tool: string, args: Record<string, string>) =>
    toolLine(
      tool,
      Object.entries(args)
        .map(([key, value]) => `${key}: ${JSON.stringify(key === "path" ? relative(cwd, value) || "." : value)}`)
        .join(", "),
    );

  return {
    async run(tool, args) {
      const call = new AbortController();
      running.set(call, { tool, startedAt: performance.now() });
      screen.print(show(tool, args));
      timer ??= setInterval(tick, TICK_MS);
      tick();
      let outcome: CallOutcome = "done";
      let text: string;
      let colour = (line: string) => line;
      try {
        const result = await client.callTool({ name: tool, arguments: args }, CallToolResultSchema, {
          signal: call.signal,
          timeout: CALL_TIMEOUT_MS,
          onprogress: () => {},
        });
        const parsed = CallToolResultSchema.parse(result);
        text = parsed.content.map((item) => (item.type === "text" ? item.text : `[${item.type}]`)).join("\n");
        if (parsed.isError === true) {
          outcome = "failed";
          colour = bad;
        }
      } catch (error) {
        outcome = call.signal.aborted ? "cancelled" : "failed";
        text = outcome === "cancelled" ? "Cancelled." : reasonOf(error);
        colour = outcome === "cancelled" ? warn : bad;
      }
      running.delete(call);
      if (running.size === 0) {
        clearInterval(timer);
        timer = undefined;
        screen.status(undefined);
      }
      // Calls overlap, so a result that is not the last one's says whose it is.
      screen.print(resultLines(running.size > 0 || ticks > 0 ? `${tool}: ${text}` : text, columns(), colour));
      return outcome;
    },
    cancelAll() {
      for (const call of running.keys()) call.abort("Cancelled with Ctrl+C.");
      return running.size > 0;
    },
  };
}
