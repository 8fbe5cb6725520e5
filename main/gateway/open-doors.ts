/** The gateway's doors, HTTP and WebSocket on one port: what they serve, and what is closed when a token ends. */
import { once } from "node:events";
import type { Server } from "node:http";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { WaitingRoom } from "../home/waiting-room.ts";
import type { AccessRules } from "./auth/decide-request.ts";
import type { GuessLimit } from "./auth/guess-limit.ts";
import type { Identity } from "./auth/identity.ts";
import { createToolsDoor } from "./clients/tools-door.ts";
import { answerRequests } from "./http/http-server.ts";
import { createRoutes, type RoutesContext } from "./http/routes.ts";
import { staticFiles } from "./http/static-files.ts";
import type { PreviewDoor } from "./preview/preview-door.ts";
import { createSocketServer, type SocketsContext } from "./socket/socket-server.ts";

export interface DoorsOptions {
  /** Listens already. */
  server: Server;
  waiting: WaitingRoom;
  parts: RoutesContext & SocketsContext;
  rules: AccessRules;
  guesses: GuessLimit;
  previews: PreviewDoor;
  /** Folder of the built UI; null serves none. */
  ui: string | null;
}

/** Milliseconds in which connections may end by themselves. */
const CLOSING_MS = 400;

export function openDoors({ server, waiting, parts, rules, guesses, previews, ui }: DoorsOptions): {
  dispose(): Promise<void>;
} {
  const { steady, log, devices, owner } = parts;
  const files = ui === null ? undefined : staticFiles(ui, steady, parts.previews.names.sources);
  const routes = createRoutes(parts, files, () => sockets.count + tools.count);
  const answering = answerRequests({ server, routes, rules, waiting, guesses, previews, log });
  const tools = createToolsDoor({ daemons: parts.daemons, rules, guesses, admitted: waiting.admitted });
  const sockets = createSocketServer({
    server,
    parts,
    rules,
    steady,
    admitted: waiting.admitted,
    guesses,
    previews,
    tools,
  });

  function end(whose: (identity: Identity) => boolean): void {
    sockets.close(whose, CLOSE.tokenRevoked, "the token is not good any more");
    answering.close(whose);
    previews.end(whose);
  }
  devices.onChange((id, what) => {
    const isIt = (identity: Identity) => identity.kind === "device" && identity.id === id;
    if (what === "revoked") return end(isIt);
    // It comes back by itself, and is then what it is now.
    sockets.close(isIt, CLOSE.goingAway, "this device may do something else now");
    answering.close(isIt, "acts");
    previews.end(isIt);
  });
  owner.onRotate(() => end(({ kind }) => kind === "owner"));

  return {
    async dispose() {
      sockets.dispose();
      tools.dispose();
      previews.dispose();
      const closed = once(server, "close");
      server.close();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSING_MS))]);
      waiting.dispose();
    },
  };
}
