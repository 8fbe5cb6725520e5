/** A reader of a session's log in the same process, and the events that it is shown: frames kept as they came. */

import type { CursorSink } from "../../../main/gateway/bridge/cursor.ts";
import type { LogEntry } from "../../../shared/events/tool-event.ts";
import { eventServerFrameSchema } from "../../../shared/protocol/event-frames.ts";

export const AT = "2026-11-20T10:00:00.000Z";
export const progress = (n: number, call = "c", extra: object = {}) =>
  JSON.stringify({ kind: "progress", call, tool: "t", progress: n, ...extra });

/** A reader that can be told to have no room, and keeps all frames. */
export function reader() {
  const frames: string[] = [];
  const sink = {
    open: true,
    room: () => sink.open,
    send: (frame: Buffer | string) => void frames.push(frame.toString()),
  };
  const entries = (): LogEntry[] =>
    frames.flatMap((text) => {
      const frame = eventServerFrameSchema.parse(JSON.parse(text));
      return "events" in frame ? frame.events : [];
    });
  return { frames, sink: sink satisfies CursorSink & { open: boolean }, entries };
}
export const noHistory = async () => [];
export const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
