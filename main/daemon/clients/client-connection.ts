/** Runs tasks at one connected client: correlates answers by id, and says honestly what became of those that got none. */
import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import type { TASK_FAULTS } from "../../../shared/protocol/client-offers.ts";
import {
  clientAnswerSchema,
  clientHelloSchema,
  clientProgressSchema,
  MAX_CLIENT_TOOLS,
} from "../../../shared/protocol/client-tools.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import { numberOf, parseExact } from "../../../shared/text/exact-json.ts";
import { oneLine, visibleLines } from "../../../shared/text/visible.ts";
import type { Log } from "../../home/create-log.ts";
import { isObject, type JsonObject } from "../rpc/message.ts";
import { readDeclaredTools } from "./declared-tools.ts";
import type { ValueChecks } from "./value-checks.ts";

export type TaskEnd = { ok: true; data: unknown } | { ok: false; code: TaskFault; message: string };
export type TaskFault = (typeof TASK_FAULTS)[number];

export interface Task {
  tool: JsonObject;
  args: JsonObject;
  session: { id: string; label: string };
}

export interface TaskHandlers {
  progress(values: JsonObject): void;
  /** Called once, unless the task is cancelled. */
  end(how: TaskEnd): void;
}

export interface TaskHandle {
  /** Its answer is no longer wanted. */
  cancel(reason: string | undefined): void;
}

export interface ClientConnection {
  tools(): readonly JsonObject[];
  /** What it said of itself. */
  introduced(): { title?: string | undefined; version?: string | undefined };
  run(task: Task, handlers: TaskHandlers): TaskHandle | undefined;
  close(code: number, reason: string): void;
}

export interface ClientConnectionOptions {
  client: string;
  /** How long a task may take. */
  seconds: number;
  /** Tools of its token: what a client offers that does not introduce itself. */
  declared: readonly JsonObject[];
  checks: Pick<ValueChecks, "schema" | "value">;
  log: Log;
  onTools(tools: readonly JsonObject[]): void;
  onClose(): void;
}

/** A tab that is frozen answers nothing although its browser's connection lives: three of these go unanswered. */
const PING_MS = 3_500;
const PINGS_MISSED = 3;
const MAX_TASKS = 1_000;
/** A client that reads nothing is given no more than this, in bytes. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Messages in a row that cannot be read, before the connection is closed. */
const MAX_GARBAGE = 10;
const MAX_ERROR_TEXT = 16 * 1024;
/** Characters of frames that wait to be worked on; above them nothing more is read. */
const MAX_WAITING_CHARS = 16 * 1024 * 1024;
/** How long a client may take to answer a close. */
const CLOSING_MS = 500;
/** How long the rest of a message that broke the protocol may take: a client that is cut off sooner never reads why. */
const DRAINING_MS = 10_000;
/** What is odd is logged this often, in milliseconds. */
const LOG_STEP_MS = 60_000;

interface OpenTask {
  handlers: TaskHandlers;
  outputSchema: JsonObject | undefined;
  timer: NodeJS.Timeout;
  /** The kernel has taken the request. */
  sent: boolean;
  /** Its answer has come and is being checked. */
  answered: boolean;
}

export function openClientConnection(socket: WebSocket, options: ClientConnectionOptions): ClientConnection {
  const { client, checks, log, seconds } = options;
  const tasks = new Map<string, OpenTask>();
  let tools = options.declared;
  let introduced: { title?: string | undefined; version?: string | undefined } | undefined;
  let open = true;
  let garbage = 0;
  let unanswered = 0;
  let pinging: NodeJS.Timeout | undefined;
  const odd = new Map<string, { at: number; more: number }>();

  /** Once a minute, with how often it happened since. */
  const logOdd = (what: string) => {
    const before = odd.get(what);
    const now = performance.now();
    if (before !== undefined && now - before.at < LOG_STEP_MS) {
      before.more += 1;
      return;
    }
    log.warn({ client, ...(before !== undefined && before.more > 0 && { more: before.more }) }, what);
    odd.set(what, { at: now, more: 0 });
  };
  const send = (frame: JsonObject, done?: () => void) => {
    if (open) socket.send(JSON.stringify(frame), (error) => error == null && done?.());
  };
  const end = (id: string, how: TaskEnd) => {
    const task = tasks.get(id);
    if (task === undefined) return;
    tasks.delete(id);
    clearTimeout(task.timer);
    task.handlers.end(how);
  };
  const failed = (id: string, code: TaskFault, message: string) => end(id, { ok: false, code, message });
  /** Only clients that introduced themselves know of it. */
  const askToStop = (id: string, reason: string | undefined) => {
    if (introduced !== undefined) send({ type: "cancel", id, ...(reason !== undefined && { reason }) });
  };

  /** Frames are worked on in their order, one after the other: some wait for a check. */
  let working: Promise<void> = Promise.resolve();
  let waiting = 0;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    working = working.then(work).catch((error: unknown) => log.error({ error, client }, "a client's frame failed"));
    return working;
  };
  /** One at a time as well, so that others wait for one check of this client at most. */
  let checking: Promise<unknown> = Promise.resolve();
  const inputFault = (schema: unknown, args: JsonObject): Promise<string | undefined> => {
    // Which says nothing but that there are arguments.
    if (!isObject(schema) || Object.keys(schema).every((key) => key === "type")) return Promise.resolve(undefined);
    const checked = checking.then(() => checks.value(schema, args));
    checking = checked;
    return checked;
  };

  async function hello(frame: { title?: string | undefined; version?: string | undefined; tools: unknown[] }) {
    const read = await readDeclaredTools(frame.tools.slice(0, MAX_CLIENT_TOOLS + 1), checks);
    if (!open) return;
    const first = introduced === undefined;
    introduced = {
      title: frame.title && oneLine(frame.title, 80),
      version: frame.version && oneLine(frame.version, 40),
    };
    tools = read.tools;
    if (first) pinging = setInterval(ping, PING_MS).unref();
    send({ type: "ready", client, ...(read.leftOut.length > 0 && { left_out: read.leftOut }) });
    options.onTools(tools);
  }
  function ping(): void {
    if (unanswered >= PINGS_MISSED) {
      log.warn({ client }, "a client stopped answering and is disconnected");
      socket.terminate();
      return;
    }
    unanswered += 1;
    send({ type: "ping" });
  }

  async function answered(frame: JsonObject): Promise<boolean> {
    const read = check(clientAnswerSchema, frame);
    if (!read.ok) return false;
    const { id } = read.value;
    const task = tasks.get(id);
    if (task === undefined) {
      logOdd("a client answers a call that is not open");
      return true;
    }
    if (!read.value.success) {
      const { error } = read.value;
      const text = typeof error === "string" ? error : JSON.stringify(error ?? "it gave no reason");
      failed(id, "client-failed", visibleLines(text.slice(0, MAX_ERROR_TEXT)));
      return true;
    }
    const { data } = read.value;
    task.answered = true;
    clearTimeout(task.timer);
    if (task.outputSchema !== undefined) {
      const structured = isObject(data) && Array.isArray(data.content) ? data.structuredContent : data;
      const fault = await checks.value(task.outputSchema, structured);
      if (fault !== undefined) {
        failed(id, "client-failed", `the answer does not fit the tool's outputSchema: ${fault}`);
        return true;
      }
    }
    end(id, { ok: true, data });
    return true;
  }
  function progressed(frame: JsonObject): boolean {
    const read = check(clientProgressSchema, frame);
    const progress = read.ok ? numberOf(read.value.progress) : undefined;
    if (!read.ok || progress === undefined) return false;
    const task = tasks.get(read.value.id);
    if (task === undefined) {
      logOdd("a client reports progress of a call that is not open");
      return true;
    }
    const total = numberOf(read.value.total);
    const { message } = read.value;
    task.handlers.progress({
      progress,
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message: message.slice(0, MAX_ERROR_TEXT) }),
    });
    return true;
  }

  async function receive(text: string): Promise<void> {
    let frame: unknown;
    try {
      frame = parseExact(text);
    } catch {
      frame = undefined;
    }
    const understood = isObject(frame) && (await understand(frame));
    garbage = understood ? 0 : garbage + 1;
    if (understood) return;
    logOdd("a client sends messages that cannot be read");
    if (garbage >= MAX_GARBAGE) socket.close(CLOSE.policy, `${MAX_GARBAGE} messages in a row could not be read`);
  }
  async function understand(frame: JsonObject): Promise<boolean> {
    if (frame.type === "pong") {
      unanswered = 0;
      return true;
    }
    if (frame.type === "progress") return progressed(frame);
    if (frame.type === "hello") {
      const read = check(clientHelloSchema, frame);
      if (read.ok) await hello(read.value);
      return read.ok;
    }
    return answered(frame);
  }

  socket.on("message", (data, isBinary) => {
    // Whatever it says shows that it lives.
    unanswered = 0;
    const text = isBinary ? "" : String(data);
    waiting += text.length;
    if (waiting > MAX_WAITING_CHARS) socket.pause();
    inTurn(() => receive(text)).finally(() => {
      waiting -= text.length;
      if (waiting <= MAX_WAITING_CHARS) socket.resume();
    });
  });
  // What broke the protocol is told with a close code, while the rest of it is still coming.
  socket.on("error", () => setTimeout(() => socket.terminate(), DRAINING_MS).unref());
  socket.once("close", () => {
    open = false;
    clearInterval(pinging);
    for (const [id, { sent, answered }] of [...tasks]) {
      if (answered) continue;
      const carriedOut = sent ? "whether the tool was carried out is unknown" : "the tool was not carried out";
      failed(id, "client-left", `the client disconnected during the call; ${carriedOut}`);
    }
    options.onClose();
  });

  return {
    tools: () => tools,
    introduced: () => introduced ?? {},
    run(task, handlers) {
      const id = randomUUID();
      const stop = (code: TaskFault, message: string) => {
        handlers.end({ ok: false, code, message });
        return undefined;
      };
      if (tasks.size >= MAX_TASKS || socket.bufferedAmount > MAX_WAITING_BYTES) {
        return stop("client-busy", "the client has too many calls open; the tool was not carried out");
      }
      const { outputSchema, inputSchema } = task.tool;
      const timer = setTimeout(() => {
        askToStop(id, "timeout");
        const carriedOut = open.sent ? "whether the tool was carried out is unknown" : "the tool was not carried out";
        failed(id, "client-timeout", `the client did not answer within ${seconds} s; ${carriedOut}`);
      }, seconds * 1000).unref();
      const open: OpenTask = {
        handlers,
        outputSchema: isObject(outputSchema) ? outputSchema : undefined,
        timer,
        sent: false,
        answered: false,
      };
      tasks.set(id, open);
      void begin();
      async function begin(): Promise<void> {
        const fault = await inputFault(inputSchema, task.args);
        if (!tasks.has(id)) return;
        if (fault !== undefined) return failed(id, "invalid-input", `the arguments do not fit: ${fault}`);
        const request = { id, task: task.tool.name, params: task.args, session: task.session };
        send(request, () => {
          open.sent = true;
        });
      }
      return {
        cancel(reason) {
          if (!tasks.delete(id)) return;
          clearTimeout(timer);
          askToStop(id, reason);
        },
      };
    },
    close(code, reason) {
      socket.close(code, reason);
      // A client that does not answer the close is cut off all the same.
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
    },
  };
}
