/** Owns the gateway's doors, HTTP and WebSocket on one port: what they serve, and what is closed when a token ends. */
import { once } from "node:events";
import type { Server } from "node:http";
import { CLOSE } from "../../shared/protocol/wire.ts";
import type { AccessRules, Identity } from "./auth/decide-request.ts";
import type { GuessLimit } from "./auth/guess-limit.ts";
import type { GatewayParts } from "./gateway-parts.ts";
import { answerRequests } from "./http/http-server.ts";
import { createRoutes } from "./http/routes.ts";
import { staticFiles } from "./http/static-files.ts";
import type { WaitingRoom } from "./http/waiting-room.ts";
import { createSocketServer } from "./socket/socket-server.ts";

export interface DoorsOptions {
  /** Listens already. */
  server: Server;
  waiting: WaitingRoom;
  parts: GatewayParts;
  rules: AccessRules;
  guesses: GuessLimit;
  /** Folder of the built UI; null serves none. */
  ui: string | null;
}

/** Milliseconds in which connections may end by themselves. */
const CLOSING_MS = 400;

export function openDoors({ server, waiting, parts, rules, guesses, ui }: DoorsOptions): { dispose(): Promise<void> } {
  const { steady, log, devices, owner } = parts;
  const files = ui === null ? undefined : staticFiles(ui, steady);
  const routes = createRoutes(parts, files, () => sockets.count);
  const answering = answerRequests({ server, routes, rules, waiting, guesses, log });
  const sockets = createSocketServer({ server, parts, rules, steady, admitted: waiting.admitted, guesses });

  function end(whose: (identity: Identity) => boolean): void {
    sockets.close(whose, CLOSE.tokenRevoked, "the token is not good any more");
    answering.close(whose);
  }
  devices.onChange((id, what) => {
    const isIt = (identity: Identity) => identity.kind === "device" && identity.id === id;
    if (what === "revoked") end(isIt);
    // It comes back by itself, and is then what it is now.
    else sockets.close(isIt, CLOSE.goingAway, "this device may do something else now");
  });
  owner.onRotate(() => end(({ kind }) => kind === "owner"));

  return {
    async dispose() {
      sockets.dispose();
      const closed = once(server, "close");
      server.close();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, CLOSING_MS))]);
      waiting.dispose();
    },
  };
}
