/** The connection to an upstream that runs as a child process and speaks JSON-RPC line by line (MCP stdio transport). */
import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import spawn from "cross-spawn";
import { visible } from "../../../../shared/text/visible.ts";
import { childEnded } from "../../../home/child-end.ts";
import { isRequest, type RpcMessage } from "../../rpc/message.ts";
import { sealDescriptors } from "../../terminal/pty/seal-descriptors.ts";
import { type Link, type LinkFault, type LinkHandlers, MAX_UPSTREAM_MESSAGE_BYTES } from "../connection/link.ts";
import { readUpstream } from "../connection/read-messages.ts";
import { childEnvironment } from "./child-environment.ts";
import type { OrphanGuard } from "./orphan-guard.ts";
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
  /** Ends the process where the daemon cannot. */
  guard?: Pick<OrphanGuard, "hold" | "release">;
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
  const said = (): string => {
    const words = stderr.summary();
    if (words !== "") return `: ${words}`;
    return garbage === undefined ? "" : `; it printed “${visible(garbage)}”, which is not MCP`;
  };
  const why = (what: string): LinkFault => ({ reason: `${what}${said()}` });
  const onLine = (line: string) => {
    if (line.trim() === "") return;
    const items = readUpstream(line);
    if (items.length === 0) garbage ??= line.slice(0, 80);
    for (const item of items) {
      if (item.kind === "message") handlers.message(item.message, undefined);
      else if (item.kind === "spoiled-answer") handlers.unanswered(item.id, { reason: item.reason });
      else if (input?.writable === true) write(input, `${JSON.stringify(item.answer)}\n`);
    }
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
        let started: ChildProcess;
        try {
          started = spawn(server.command, [...server.args], {
            env: childEnvironment(around.env, server.env),
            stdio: sealDescriptors(["pipe", "pipe", "pipe"] as const),
            detached: process.platform !== "win32",
            windowsHide: true,
            cwd: server.cwd,
          });
        } catch (error) {
          // Some refusals are events, these are thrown.
          const fault = { reason: startReason(server, error as NodeJS.ErrnoException), undelivered: true };
          resolve(fault);
          return finish(fault);
        }
        const { stdin, stdout, stderr: errors } = started;
        if (stdin === null || stdout === null || errors === null) throw new Error("a child without pipes");
        child = started;
        input = stdin;
        const { pid } = started;
        if (pid !== undefined) around.guard?.hold(pid);
        // What it leaves behind in the background may hold its pipes, and nobody answers through them any more.
        const ended = childEnded(started);
        gone = ended.then(() => {});
        started.once("spawn", () => resolve(undefined));
        started.once("error", (error: NodeJS.ErrnoException) => {
          const fault = { reason: startReason(server, error), undelivered: true };
          resolve(fault);
          finish(fault);
        });
        void ended.then(({ code, signal, error }) => {
          if (error !== undefined) return;
          kill("SIGKILL");
          if (pid !== undefined) around.guard?.release(pid);
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
    said,
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
  if (error.code === "E2BIG") return "did not start: its arguments and variables are larger than this system allows";
  // Its own message shows the value, which may be a credential.
  if (error.code === "ERR_INVALID_ARG_VALUE") {
    return "did not start: a zero character stands in its command, its arguments, its folder or its variables";
  }
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
