/** Serves `/session/{id}/proxy/{port}/…`: a port that a session exposes, on the machine where it is, for the gateway alone. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { fault } from "../../../shared/protocol/fault.ts";
import type { DaemonExposures } from "../../../shared/protocol/preview-api.ts";
import { FORWARDED_PREFIX, PROXY_HEADER, type ProxyRefusal } from "../../../shared/protocol/preview-proxy.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import { sameSecret } from "../../home/secrets.ts";
import { bearerOf } from "../../wire/bearer.ts";
import { createForwardAgent, type ForwardFault, forwardRequest, loopback } from "../../wire/forward-request.ts";
import { forwardUpgrade, type Splice } from "../../wire/forward-upgrade.ts";
import { endToEnd, pairs, type RawHeaders, without } from "../../wire/hop-headers.ts";
import { refuseUpgrade } from "../../wire/refuse-upgrade.ts";
import { readListeners } from "./find-listeners.ts";

const PATH = /^\/session\/([A-Za-z0-9-]{1,64})\/proxy\/(\d{1,5})(\/.*)$/s;
/** Milliseconds for which it is believed who listens on a port. */
const OWNER_AGE_MS = 1_000;
/** The gateway says again what one beyond these exposes. */
const MAX_SESSIONS = 2_000;

export interface PortProxyOptions {
  key: string;
  /** Ports of our own, which nothing leads to. */
  isOwnPort: (port: number) => boolean;
  /** A session exposes other ports than before. */
  onExposed: (session: string) => void;
  /** Milliseconds, of a clock that only goes forward. */
  steady?: () => number;
}

export interface PortProxy {
  /** Whether the path is one of these. Host and Origin have been checked before. */
  takes(url: string): boolean;
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * The ports that may be reached from now on; what goes to others of this session is ended. The gateway says it, also of
   * a session that an earlier run of the daemon had: its previews stay where they are.
   */
  expose(session: string, exposures: DaemonExposures): void;
  /** The ports that a session exposes, and the sessions that expose any. */
  exposed(session: string): readonly number[];
  exposing(): readonly string[];
  dispose(): void;
}

interface Open {
  session: string;
  port: number;
  end(code: number, reason: string): void;
}

type Decision = { port: number; target: string; session: string } | { refusal: ProxyRefusal };

export function createPortProxy(options: PortProxyOptions): PortProxy {
  const { key, isOwnPort, steady = () => performance.now() } = options;
  const agent = createForwardAgent();
  const open = new Set<Open>();
  const sessions = new Map<string, ReadonlyMap<number, { foreign?: boolean | undefined }>>();
  const owners = new Map<number, { at: number; other: boolean }>();

  /** Another user can take a port that the session's program has left; it is then not what was exposed. */
  function belongsToOther(port: number): boolean {
    const known = owners.get(port);
    if (known !== undefined && steady() - known.at < OWNER_AGE_MS) return known.other;
    const uid = process.getuid?.();
    const listeners = readListeners()?.filter((listener) => listener.port === port) ?? [];
    const other = uid !== undefined && listeners.some((listener) => listener.uid !== uid);
    owners.delete(port);
    owners.set(port, { at: steady(), other });
    const [oldest] = owners.keys();
    if (owners.size > 256 && oldest !== undefined) owners.delete(oldest);
    return other;
  }

  function decide(request: IncomingMessage): Decision {
    const [, id = "", digits = "", target = "/"] = PATH.exec(request.url ?? "") ?? [];
    const token = bearerOf(request.headers.authorization);
    if (token === undefined || !sameSecret(token, key)) return { refusal: "unauthorized" };
    const exposures = sessions.get(id);
    if (exposures === undefined) return { refusal: "no-such-session" };
    const port = Number(digits);
    const exposed = exposures.get(port);
    if (exposed === undefined || isOwnPort(port)) return { refusal: "not-exposed" };
    if (exposed.foreign !== true && belongsToOther(port)) return { refusal: "other-user" };
    return { port, target, session: id };
  }

  function track(entry: Open, done: { once(event: "close", listener: () => void): unknown }): void {
    open.add(entry);
    done.once("close", () => open.delete(entry));
  }

  return {
    takes: (url) => PATH.test(url),
    request(request, response) {
      const decision = decide(request);
      if ("refusal" in decision) return refuse(response, decision.refusal);
      const { port, target, session } = decision;
      track({ session, port, end: () => response.destroy() }, response);
      forwardRequest(request, response, {
        target,
        via: { ...loopback(port), agent },
        headers: programHeaders(request.rawHeaders, port),
        head: (_status, headers) => without(headers, PROXY_HEADER),
        failed: (fault) => refuse(response, REFUSALS[fault]),
      });
    },
    upgrade(request, socket, head) {
      const decision = decide(request);
      if ("refusal" in decision) return refuseSocket(socket, decision.refusal);
      const { port, target, session } = decision;
      const splice: Splice = forwardUpgrade(request, socket, head, {
        target,
        via: { ...loopback(port), agent: false },
        headers: programHeaders(request.rawHeaders, port),
        accepted: (headers) => without(headers, PROXY_HEADER),
        refused: (_status, headers) => without(headers, PROXY_HEADER),
        failed: (fault) => refuseSocket(socket, REFUSALS[fault]),
        brokenCode: CLOSE.backendFailed,
      });
      track({ session, port, end: splice.close }, socket);
    },
    expose(id, exposures) {
      if (exposures.length === 0) sessions.delete(id);
      else sessions.set(id, new Map(exposures.map(({ port, ...more }) => [port, more])));
      const [oldest] = sessions.keys();
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      for (const entry of open) {
        if (entry.session !== id || sessions.get(id)?.has(entry.port) === true) continue;
        entry.end(CLOSE.notExposed, "the port is not exposed any more");
      }
      options.onExposed(id);
    },
    exposing: () => [...sessions.keys()],
    exposed: (id) => [...(sessions.get(id)?.keys() ?? [])],
    dispose() {
      for (const entry of open) entry.end(CLOSE.goingAway, "the daemon is ending");
      agent.destroy();
    },
  };
}

const REFUSALS: Readonly<Record<ForwardFault, ProxyRefusal>> = {
  "nobody-listens": "nobody-listens",
  broken: "broken",
  timeout: "timeout",
};

/** What the program sees: its own host, and what the gateway put under another name so that it passes our own check. */
function programHeaders(raw: RawHeaders, port: number): string[] {
  const headers = ["Host", `localhost:${port}`];
  for (const [name, value] of pairs(endToEnd(raw))) {
    const key = name.toLowerCase();
    if (key === "host" || key === "authorization" || key === "origin") continue;
    if (key.startsWith(FORWARDED_PREFIX)) headers.push(name.slice(FORWARDED_PREFIX.length), value);
    else headers.push(name, value);
  }
  return headers;
}

const STATUS: Readonly<Record<ProxyRefusal, [status: number, message: string]>> = {
  unauthorized: [401, "The daemon's key is needed."],
  "no-such-session": [404, "There is no session of this id."],
  "not-exposed": [403, "The session does not expose this port."],
  "other-user": [403, "Another user's program listens on this port."],
  "nobody-listens": [502, "Nothing listens on this port."],
  broken: [502, "The program broke the connection, or answered something that is not HTTP."],
  timeout: [504, "The program did not answer."],
};

function refuse(response: ServerResponse, refusal: ProxyRefusal): void {
  if (response.headersSent) return void response.destroy();
  const [status, message] = STATUS[refusal];
  response.writeHead(status, { "content-type": "application/json", [PROXY_HEADER]: refusal });
  response.end(JSON.stringify({ error: { code: refusal, message } }));
}

const refuseSocket = (socket: Duplex, refusal: ProxyRefusal): void => {
  const [status, message] = STATUS[refusal];
  refuseUpgrade(socket, status, fault(refusal, message), { [PROXY_HEADER]: refusal });
};
