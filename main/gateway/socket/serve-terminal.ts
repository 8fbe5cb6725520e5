/** Which terminal a socket gets: that of a session, or of one that an older client asks to be started. */
import type { WebSocket } from "ws";
import { agentIdSchema } from "../../../shared/protocol/app-frames.ts";
import type { NewSession } from "../../../shared/protocol/gateway-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { CLOSE, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import type { Log } from "../../home/create-log.ts";
import type { StartRequest, Upgrade } from "../auth/decide-request.ts";
import type { Connected } from "../link/connected.ts";
import type { Daemons } from "../link/daemons.ts";
import { type SessionRecord, terminalDaemon } from "../sessions/session-record.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { type RecordedContext, sendRecorded } from "./send-recorded.ts";
import { relayTerminal, tellAway } from "./terminal-socket.ts";

export interface TerminalSocketContext extends RecordedContext {
  sessions: Pick<Sessions, "get" | "create">;
  daemons: Pick<Daemons, "get" | "settledAt">;
  log: Log;
}

export function serveTerminal(
  socket: WebSocket,
  upgrade: Extract<Upgrade, { route: "terminal" }>,
  parts: TerminalSocketContext,
): void {
  const { session: id, start, cols, rows, recorded, watches } = upgrade;
  if (start === undefined) {
    attach(id);
    return;
  }
  // What the client types meanwhile waits in its own connection.
  socket.pause();
  parts.sessions.create(newSession(start, cols, rows), start.mcp).then(
    (made) => {
      socket.resume();
      if (made.ok) attach(made.value.id);
      else refuse(made.fault.message);
    },
    (error: unknown) => {
      parts.log.error({ error }, "a session could not be started");
      refuse("Signalbox failed at this request.");
    },
  );

  /** 123 bytes are all that a close frame can carry. */
  function refuse(message: string): void {
    socket.resume();
    socket.close(
      CLOSE.backendFailed,
      Buffer.from(message)
        .subarray(0, 120)
        .toString()
        .replace(/\uFFFD+$/, ""),
    );
  }

  function attach(id: string): void {
    const record = parts.sessions.get(id)?.record;
    const session = record?.terminal_session;
    if (record === undefined || session === undefined) {
      socket.close(CLOSE.noSuchSession, "no such session");
      return;
    }
    const at = terminalDaemon(record);
    const daemon = parts.daemons.get(at);
    if (daemon !== undefined) {
      relay(daemon, session, record);
      return;
    }
    // In the first moments nobody knows yet whether there is one. What the client types meanwhile waits in its own connection.
    const gone = new AbortController();
    const leave = () => gone.abort();
    socket.once("close", leave);
    socket.pause();
    void parts.daemons.settledAt(at, gone.signal).then((found) => {
      socket.off("close", leave);
      socket.resume();
      if (gone.signal.aborted || socket.readyState !== socket.OPEN) return;
      relay(found, session, record);
    });
  }

  function relay(daemon: Connected | undefined, session: string, record: SessionRecord): void {
    const onMissing = async () => {
      if (!recorded || socket.protocol !== SUBPROTOCOL) return;
      try {
        await sendRecorded(socket, record, parts);
      } catch (error) {
        parts.log.warn({ error }, "a recording could not be shown");
      }
    };
    if (daemon !== undefined) relayTerminal(socket, { daemon, session, cols, rows, watches, onMissing });
    else
      void onMissing().finally(() => {
        tellAway(socket, terminalDaemon(record));
        socket.close(CLOSE.backendFailed, "the daemon is not connected");
      });
  }
}

/** A tool is an agent that we know, or a program without arguments; never a line for a shell. */
function newSession({ tool, cwd }: StartRequest, cols: number | undefined, rows: number | undefined): NewSession {
  const agent = check(agentIdSchema, tool);
  return {
    ...(agent.ok ? { agent: agent.value } : { agent: "custom", command: tool }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(cols === undefined || cols < 2 || cols > 1000 ? {} : { cols }),
    ...(rows === undefined || rows < 1 || rows > 1000 ? {} : { rows }),
  };
}
