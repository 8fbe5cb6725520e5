/** Owns which terminal a socket gets: that of a session, or of one that an older client asks to be started. */
import type { WebSocket } from "ws";
import { agentIdSchema } from "../../../shared/protocol/app-frames.ts";
import type { NewSession } from "../../../shared/protocol/gateway-api.ts";
import { check } from "../../../shared/protocol/schema.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import type { StartRequest, Upgrade } from "../auth/decide-request.ts";
import type { GatewayParts } from "../gateway-parts.ts";
import { relayTerminal } from "./terminal-socket.ts";

export function serveTerminal(
  socket: WebSocket,
  upgrade: Extract<Upgrade, { route: "terminal" }>,
  parts: GatewayParts,
): void {
  const { session: id, start, cols, rows, watches } = upgrade;
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
    const session = parts.sessions.get(id)?.record.terminal_session;
    const daemon = parts.daemons.own();
    if (session === undefined) socket.close(CLOSE.noSuchSession, "no such session");
    else if (daemon === undefined) socket.close(CLOSE.backendFailed, "the daemon is not connected");
    else relayTerminal(socket, { daemon, session, cols, rows, watches });
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
