/** Owns the connection to an upstream that runs as a child process and speaks JSON-RPC line by line (MCP stdio transport). */
import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import spawn from "cross-spawn";
import { isRequest, type RpcMessage, readMessage } from "../rpc/message.ts";
import { sealDescriptors } from "../terminal/seal-descriptors.ts";
import { childEnvironment } from "./child-environment.ts";
import { type Link, type LinkFault, type LinkHandlers, MAX_UPSTREAM_MESSAGE_BYTES } from "./link.ts";
import { splitLines } from "./split-lines.ts";
import { createStderrTail } from "./stderr-tail.ts";

export interface StdioServer {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/** How long a server may take to leave after its input ends, then after SIGTERM; what is left is killed. */
const LEAVE_MS = 400;
const TERM_MS = 600;
/** A server that does not read: beyond this its requests are refused. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

export interface StdioSurroundings {
  env: NodeJS.ProcessEnv;
  onStderr: (chunk: Uint8Array) => void;
}

/** The process gets its own group, so that what it started (`npx` starts another) ends with it. */
export function openStdioLink(server: StdioServer, around: StdioSurroundings, handlers: LinkHandlers): Link {
  const stderr = createStderrTail();
  let child: ChildProcess | undefined;
  let input: Writable | undefined;
  let garbage: string | undefined;
  let closing = false;
  let over = false;
  let gone: Promise<void> = Promise.resolve();

  const finish = (fault: LinkFault) => {
    if (over) return;
    over = true;
    if (!closing) handlers.closed(fault);
  };
  const why = (what: string): LinkFault => {
    const said = stderr.summary();
    if (said !== "") return { reason: `${what}: ${said}` };
    return { reason: garbage === undefined ? what : `${what}; it printed “${garbage}”, which is not MCP` };
  };
  const onLine = (line: string) => {
    if (line.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      garbage ??= line.slice(0, 80);
      return;
    }
    const message = readMessage(value);
    if (message.ok) handlers.message(message.value, undefined);
    else garbage ??= line.slice(0, 80);
  };
  /** One write for all messages of a turn of the event loop. */
  const write = (to: Writable, line: string) => {
    if (to.writableCorked === 0) {
      to.cork();
      setImmediate(() => to.uncork());
    }
    to.write(line);
  };
  const kill = (signal: NodeJS.Signals) => {
    if (child?.pid === undefined) return;
    try {
      if (process.platform === "win32") child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // The whole group has already left.
    }
  };

  return {
    start: () =>
      new Promise((resolve) => {
        const started = spawn(server.command, [...server.args], {
          env: childEnvironment(around.env, server.env),
          stdio: sealDescriptors(["pipe", "pipe", "pipe"] as const),
          detached: process.platform !== "win32",
          windowsHide: true,
          cwd: server.cwd,
        });
        const { stdin, stdout, stderr: errors } = started;
        if (stdin === null || stdout === null || errors === null) throw new Error("a child without pipes");
        child = started;
        input = stdin;
        gone = new Promise((left) => {
          started.once("close", () => left());
          started.once("error", () => left());
        });
        started.once("spawn", () => resolve(undefined));
        started.once("error", (error: NodeJS.ErrnoException) => {
          const fault = { reason: startReason(server, error), undelivered: true };
          resolve(fault);
          finish(fault);
        });
        started.once("close", (code, signal) => {
          kill("SIGKILL");
          finish(why(signal === null ? `exited with code ${code ?? "unknown"}` : `was ended by ${signal}`));
        });
        stdin.on("error", () => {});
        errors.on("data", (chunk: Buffer) => {
          stderr.append(chunk);
          around.onStderr(chunk);
        });
        const tooLong = () => {
          finish({ reason: `sent a message of more than ${MAX_UPSTREAM_MESSAGE_BYTES / 1024 / 1024} MB` });
          kill("SIGTERM");
        };
        stdout.on("data", splitLines(MAX_UPSTREAM_MESSAGE_BYTES, onLine, tooLong));
      }),
    async send(message: RpcMessage) {
      if (input === undefined || over || !input.writable) {
        if (isRequest(message)) handlers.unanswered(message.id, { ...why("is not running"), undelivered: true });
        return;
      }
      if (input.writableLength > MAX_UNSENT_BYTES) {
        if (isRequest(message))
          handlers.unanswered(message.id, { reason: "does not read its input", undelivered: true });
        return;
      }
      write(input, `${JSON.stringify(message)}\n`);
    },
    ready() {},
    stderr: () => stderr.text(),
    async close() {
      closing = true;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        kill("SIGKILL");
        return;
      }
      input?.end();
      if (await within(gone, LEAVE_MS)) return;
      kill("SIGTERM");
      if (await within(gone, TERM_MS)) return;
      kill("SIGKILL");
      await within(gone, LEAVE_MS);
    },
  };
}

function startReason(server: StdioServer, error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return `did not start: \`${server.command}\` was not found`;
  if (error.code === "EACCES") return `did not start: \`${server.command}\` may not be run`;
  return `did not start: ${error.message}`;
}

async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return done;
}
