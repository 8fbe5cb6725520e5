/** The structured log of a process: one JSON object a line, written before the call returns, with secrets removed. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import pino from "pino";
import { redactText, redactValue } from "../../shared/text/redact.ts";
import { visibleJson } from "../../shared/text/visible.ts";
import { openRotatingFile } from "./rotating-file.ts";

export type Log = Pick<pino.Logger, "debug" | "info" | "warn" | "error" | "fatal">;

export interface LogOptions {
  /** Which process speaks: `gateway` or `daemon`. */
  name: string;
  /** A file to append to, 0600, and its predecessors `.1` to `.4`, 10 MB together; standard error when absent. */
  file?: string;
  level?: pino.LevelWithSilent;
  /** Values that must never be written, whatever field they come in. */
  secrets?: () => readonly string[];
}

/** Synchronous on purpose: the line that explains a crash is the one an asynchronous log loses. */
export function createLog(options: LogOptions): Log {
  const secrets = options.secrets ?? (() => []);
  if (options.file !== undefined) mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  return pino(
    {
      name: options.name,
      level: options.level ?? "info",
      formatters: { log: (fields) => redactFields(fields, secrets()) },
      hooks: {
        logMethod(args, method) {
          const clean = args.map((arg) => (typeof arg === "string" ? redactText(arg, secrets()) : arg));
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    readable(options.file === undefined ? pino.destination({ dest: 2, sync: true }) : openRotatingFile(options.file)),
  );
}

/** Logs are read in terminals, and tell what servers and programs said. */
const readable = (to: { write(lines: string): unknown }) => ({
  write: (lines: string) => void to.write(visibleJson(lines)),
});

/** A log for tests and tools that have nothing to say. */
export const silentLog = (): Log => pino({ level: "silent" });

function redactFields(fields: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    plain[key] = value instanceof Error ? { message: value.message, stack: value.stack } : value;
  }
  return redactValue(plain, secrets) as Record<string, unknown>;
}
