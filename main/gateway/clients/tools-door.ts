/** Passes the WebSockets of clients that execute tools on to the daemon, unread. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { fault } from "../../../shared/protocol/fault.ts";
import {
  BEARER_SUBPROTOCOL_PREFIX,
  CLIENT_ORIGIN_HEADER,
  CLIENT_TOKEN_HEADER,
  CLOSE,
  SUBPROTOCOL,
} from "../../../shared/protocol/wire.ts";
import { forwardUpgrade, type Splice } from "../../wire/forward-upgrade.ts";
import { endToEnd, valuesOf, without } from "../../wire/hop-headers.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import type { AccessRules } from "../auth/decide-request.ts";
import type { GuessLimit } from "../auth/guess-limit.ts";
import { requestFacts } from "../auth/request-facts.ts";
import { limited } from "../http/http-server.ts";
import { OWN_DAEMON } from "../link/daemon-ref.ts";
import type { Daemons } from "../link/daemons.ts";
import { type ClientUpgrade, decideClient, TOOLS_PATH } from "./decide-client.ts";

export interface ToolsDoor {
  takes(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  readonly count: number;
  dispose(): void;
}

export interface ToolsDoorOptions {
  daemons: Pick<Daemons, "settledAt">;
  rules: AccessRules;
  guesses: GuessLimit;
  /** Told of connections whose token the daemon knows. */
  admitted: (socket: Duplex) => void;
}

export function createToolsDoor({ daemons, rules, guesses, admitted }: ToolsDoorOptions): ToolsDoor {
  const open = new Set<Splice>();

  async function pass(request: IncomingMessage, stream: Duplex, head: Buffer, client: ClientUpgrade): Promise<void> {
    const gone = new AbortController();
    const leave = () => gone.abort();
    stream.once("close", leave);
    const daemon = await daemons.settledAt(OWN_DAEMON, gone.signal);
    stream.off("close", leave);
    if (stream.destroyed) return;
    if (daemon === undefined) {
      return refuseUpgrade(
        stream,
        503,
        fault("no-daemon", "Signalbox's own daemon is not running.", "It is started with the next session."),
      );
    }
    const { reach, client: api } = daemon;
    const offered = valuesOf(request.rawHeaders, "sec-websocket-protocol").flatMap((line) =>
      line.split(",").map((item) => item.trim()),
    );
    const bearers = offered.filter((item) => item.startsWith(BEARER_SUBPROTOCOL_PREFIX));
    const splice = forwardUpgrade(request, stream, head, {
      target: `/tools${client.takeover ? "?takeover=1" : ""}`,
      via: { createConnection: () => reach.connect() },
      headers: [
        ...without(
          endToEnd(request.rawHeaders),
          "host",
          "origin",
          "cookie",
          "authorization",
          "sec-websocket-protocol",
          CLIENT_TOKEN_HEADER,
          CLIENT_ORIGIN_HEADER,
        ),
        "Host",
        new URL(reach.base).host,
        ...Object.entries(api.keyHeaders).flat(),
        CLIENT_TOKEN_HEADER,
        client.token,
        ...(client.origin === undefined ? [] : [CLIENT_ORIGIN_HEADER, client.origin]),
        ...(offered.includes(SUBPROTOCOL) ? ["Sec-WebSocket-Protocol", SUBPROTOCOL] : []),
      ],
      accepted(headers) {
        admitted(stream);
        // A browser that offered nothing but its token gives up where nothing is chosen.
        const [bearer] = bearers;
        return bearer === undefined || offered.includes(SUBPROTOCOL)
          ? headers
          : [...headers, "Sec-WebSocket-Protocol", bearer];
      },
      refused(status, headers) {
        if (status !== 401) return headers;
        const { status: said, fault: why } = limited(
          { status, fault: fault("unauthorized", "A valid client token is needed.") },
          guesses,
        );
        refuseUpgrade(stream, said, why);
        return undefined;
      },
      failed: () => refuseUpgrade(stream, 503, fault("daemon-unreachable", "The daemon did not answer.")),
      brokenCode: CLOSE.backendFailed,
    });
    open.add(splice);
    stream.once("close", () => open.delete(splice));
  }

  return {
    takes: (request) => requestFacts(request).path === TOOLS_PATH,
    upgrade(request, stream, head) {
      const decision = decideClient(requestFacts(request), rules);
      if (!decision.accept) {
        const { status, fault: why } = limited(decision.refusal, guesses);
        return refuseUpgrade(stream, status, why);
      }
      void pass(request, stream, head, decision.value);
    },
    get count() {
      return open.size;
    },
    dispose() {
      for (const splice of open) splice.close(CLOSE.goingAway, "Signalbox is closing");
    },
  };
}
