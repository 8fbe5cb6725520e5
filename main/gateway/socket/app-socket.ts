/** `/ws/app`: one snapshot of what the UI needs, then its changes; a client that lags gets a snapshot again. */
import type { Me } from "../../../shared/protocol/access.ts";
import type { AppFrame } from "../../../shared/protocol/app-frames.ts";
import type { AppHub } from "../app-hub.ts";
import { type FrameSocket, socketRoom } from "./socket-room.ts";

/** Changes of the same thing within this time are sent once, in milliseconds: people read no faster. */
const GATHER_MS = 40;

export function serveApp(
  socket: FrameSocket & { on(event: "close", listener: () => void): void },
  hub: AppHub,
  me: () => Me,
): void {
  const changed = new Map<string, AppFrame>();
  let timer: NodeJS.Timeout | undefined;
  let behind = false;
  const out = socketRoom(socket, flush);
  const snapshot = () => JSON.stringify({ type: "snapshot", app: hub.state(), me: me() } satisfies AppFrame);

  /** Changes replace each other by what they name, so the waiting ones are bounded by what there is. */
  function flush(): void {
    timer = undefined;
    if (!out.room()) {
      behind = true;
      changed.clear();
      return;
    }
    if (behind) {
      behind = false;
      changed.clear();
      out.send(snapshot());
      return;
    }
    for (const frame of changed.values()) out.send(JSON.stringify(frame));
    changed.clear();
  }

  const stop = hub.subscribe((frame) => {
    const key =
      frame.type === "session"
        ? `session ${frame.session.id}`
        : frame.type === "session_removed"
          ? `session ${frame.id}`
          : frame.type;
    changed.delete(key);
    changed.set(key, frame);
    timer ??= setTimeout(flush, GATHER_MS);
  });
  socket.on("close", () => {
    stop();
    clearTimeout(timer);
  });
  out.send(snapshot());
}
