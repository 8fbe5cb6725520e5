/**
 * The tasks that calls of one agent became (MCP 2025-11-25, tasks): whose each is, and the record of its call, which
 * goes on until the task has ended.
 */
import type { CallEnd, CallError, RecordedCall } from "../progress/call-recorder.ts";
import { isError, isObject, type JsonObject, type RpcReply } from "../rpc/message.ts";
import { endOf } from "./forward.ts";

/** Tasks that are remembered; the oldest is forgotten first, and its record then ends. */
const MAX_TASKS = 1_000;
/** A completed task's result is waited for this long; agents ask for it at once. */
const RESULT_MS = 5_000;

export interface Tasks {
  /** Takes the answer to a call: true when it made the call a task, which the record then follows. */
  begin(server: string, reply: RpcReply, record: RecordedCall | undefined): boolean;
  /** The server that a task belongs to; undefined for one that is not known, and for an id that two servers use. */
  ownerOf(taskId: string): string | undefined;
  /** The server said how its task is: in an answer or unasked. */
  tell(server: string, task: unknown): void;
  /** Ends the record of the task that this call became. Gives the task, for its server to end; undefined where no open one is of this call. */
  stop(call: string, error: CallError): { taskId: string; server: string } | undefined;
  /** The answer to `tasks/result`, which is the answer to the call that the task was. */
  settle(taskId: string, reply: RpcReply): void;
  /** Those whose calls have not ended. */
  open(): { taskId: string; server: string }[];
  /** What becomes of this one will not be known. */
  lose(taskId: string, why: string): void;
  /** What becomes of this server's tasks will not be known. */
  gone(server: string): void;
  close(): void;
}

interface Known {
  /** Undefined once two servers have used the id. */
  server: string | undefined;
  record: RecordedCall | undefined;
  said: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export function createTasks(): Tasks {
  const tasks = new Map<string, Known>();

  const end = (known: Known, how: CallEnd) => {
    clearTimeout(known.timer);
    known.record?.end(how);
    known.record = undefined;
  };
  const lose = (known: Known, why: string) =>
    end(known, { kind: "failed", error: { code: "outcome-unknown", message: why } });
  const learn = (server: string, taskId: string): Known => {
    const before = tasks.get(taskId);
    if (before !== undefined) {
      if (before.server !== server) before.server = undefined;
      return before;
    }
    const known: Known = { server, record: undefined, said: undefined, timer: undefined };
    tasks.set(taskId, known);
    for (const [oldest, task] of tasks) {
      if (tasks.size <= MAX_TASKS) break;
      lose(task, "Too many tasks: this one is not followed any more.");
      tasks.delete(oldest);
    }
    return known;
  };
  const tell = (server: string, task: unknown) => {
    if (!isObject(task) || typeof task.taskId !== "string") return;
    const known = learn(server, task.taskId);
    if (known.server !== server || known.record === undefined) return;
    const said = typeof task.statusMessage === "string" ? task.statusMessage : undefined;
    const reason = said === undefined ? {} : { reason: said };
    if (task.status === "cancelled") end(known, { kind: "cancelled", ...reason });
    else if (task.status === "failed") {
      end(known, { kind: "failed", error: { message: said ?? "The server calls the task failed." } });
    } else if (task.status === "completed") {
      known.timer ??= setTimeout(() => end(known, { kind: "finished", result: { task } }), RESULT_MS);
    } else if (said !== undefined && said !== known.said) {
      known.said = said;
      known.record.progress({ message: said });
    }
  };

  return {
    begin(server, reply, record) {
      const task = isError(reply) ? undefined : reply.result.task;
      if (!isObject(task) || typeof task.taskId !== "string") return false;
      const known = learn(server, task.taskId);
      if (known.record === undefined) known.record = record;
      else record?.end({ kind: "finished", result: { task } });
      tell(server, task);
      return true;
    },
    ownerOf: (taskId) => tasks.get(taskId)?.server,
    tell,
    stop(call, error) {
      for (const [taskId, known] of tasks) {
        const { server, record } = known;
        if (record?.id !== call || server === undefined) continue;
        end(known, { kind: "cancelled", error });
        return { taskId, server };
      }
      return undefined;
    },
    settle(taskId, reply) {
      const known = tasks.get(taskId);
      if (known !== undefined) end(known, endOf(reply));
    },
    open: () =>
      [...tasks].flatMap(([taskId, { server, record }]) =>
        record === undefined || server === undefined ? [] : [{ taskId, server }],
      ),
    lose(taskId, why) {
      const known = tasks.get(taskId);
      if (known !== undefined) lose(known, why);
    },
    gone(server) {
      for (const known of tasks.values()) {
        if (known.server === server) lose(known, "The server disconnected before it reported how the task ended.");
      }
    },
    close() {
      for (const known of tasks.values()) lose(known, "The session ended before the task did.");
    },
  };
}

/** The id of the task that a request or notification is about. */
export const taskIdOf = (params: JsonObject | undefined): string | undefined =>
  typeof params?.taskId === "string" ? params.taskId : undefined;
