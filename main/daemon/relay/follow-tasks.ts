/** What becomes of an agent's tasks once it has left: they are asked about until each has ended, or told to end. */
import { setTimeout as delay } from "node:timers/promises";
import { numberOf } from "../../../shared/text/exact-json.ts";
import { resultOf } from "../rpc/message.ts";
import { ask, type Peer } from "../upstream/connection/peer.ts";
import type { Tasks } from "./tasks.ts";

const ANSWER_MS = 30_000;
/** Between two rounds: what the slowest of the servers wishes, within these. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 60_000;

export interface FollowOptions {
  tasks: Tasks;
  /** The live connection to a server. */
  peerOf: (server: string) => Peer | undefined;
  /** Tasks are to end with their agent. */
  cancel: boolean;
  /** Nothing is to be waited for any more. */
  signal: AbortSignal;
}

/** Resolves when no task is open any more, or when it is asked to stop. Never rejects. */
export async function followTasks({ tasks, peerOf, cancel, signal }: FollowOptions): Promise<void> {
  const look = async (taskId: string, server: string): Promise<number> => {
    const peer = peerOf(server);
    const told = peer && (await ask(peer, cancel ? "tasks/cancel" : "tasks/get", { taskId }, ANSWER_MS));
    if (peer === undefined || told?.ok !== true) {
      tasks.lose(taskId, "Its agent has left, and its server does not report progress.");
      return 0;
    }
    tasks.tell(server, told.result);
    if (told.result.status === "completed") {
      const result = await ask(peer, "tasks/result", { taskId }, ANSWER_MS);
      if (result.ok) tasks.settle(taskId, resultOf(0, result.result));
    }
    return Math.min(numberOf(told.result.pollInterval) ?? 0, MAX_POLL_MS);
  };
  while (!signal.aborted) {
    const open = tasks.open();
    if (open.length === 0) return;
    const wishes = await Promise.all(open.map(({ taskId, server }) => look(taskId, server)));
    if (tasks.open().length === 0) return;
    await delay(Math.max(POLL_MS, ...wishes), undefined, { signal }).catch(() => {});
  }
}
