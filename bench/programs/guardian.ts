/**
 * The end of a run that cannot end itself (`kill -9`, out of memory): it hears on standard input what the run has made and
 * what it has undone itself, one JSON line each, and undoes the rest when that input ends.
 */
import { createInterface } from "node:readline";
import { z } from "../../shared/protocol/schema.ts";
import { parse } from "../harness/program.ts";
import { type Owned, undo } from "../harness/undo.ts";

const line = z.union([
  z.object({ id: z.number(), owned: z.union([z.object({ group: z.number() }), z.object({ folder: z.string() })]) }),
  z.object({ id: z.number() }),
]);

// Whoever ends the run may signal everything that belongs to it; this one has work to do then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const left = new Map<number, Owned>();
for await (const text of createInterface({ input: process.stdin })) {
  const message = parse(line, text);
  if ("owned" in message) left.set(message.id, message.owned);
  else left.delete(message.id);
}
for (const owned of [...left.values()].reverse()) undo(owned);
