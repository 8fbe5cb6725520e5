/** `/ws/terminal`: the daemon's own terminal socket, passed on unread in both directions. */
import { WebSocket } from "ws";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { type TerminalServerFrame, terminalClientFrameSchema } from "../../../shared/protocol/terminal-frames.ts";
import { CLOSE, MAX_CLIENT_MESSAGE_BYTES, SUBPROTOCOL } from "../../../shared/protocol/wire.ts";
import { READ_ONLY } from "../auth/identity.ts";
import type { Connected } from "../link/connected.ts";
import { type DaemonId, FOREIGN_DAEMON, OWN_DAEMON } from "../link/daemon-ref.ts";

/** Bytes on their way to one side before the other is paused, and the level at which it goes on. */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 128 * 1024;
/** Codes that may not be sent (RFC 6455 §7.4.1). */
const UNSENDABLE = new Set([1004, 1005, 1006, 1015]);
const CONNECT_TIMEOUT_MS = 5_000;

export interface RelayOptions {
  daemon: Connected;
  /** Its id at the daemon. */
  session: string;
  cols: number | undefined;
  rows: number | undefined;
  /** The client may not type, end the program or choose its size. */
  watches: boolean;
  /** The daemon has no such terminal. The client's connection is closed behind what this sends it. */
  onMissing(): Promise<void>;
}

/** The client's keystrokes wait in its own connection until the daemon's is open. Closing one side closes the other. */
export function relayTerminal(client: WebSocket, options: RelayOptions): void {
  const { client: api, reach } = options.daemon;
  const query = new URLSearchParams();
  if (options.cols !== undefined && !options.watches) query.set("cols", String(options.cols));
  if (options.rows !== undefined && !options.watches) query.set("rows", String(options.rows));
  if (options.watches) query.set("watches", "1");
  const address = `${reach.base.replace("http:", "ws:")}/session/${encodeURIComponent(options.session)}/terminal?${query}`;
  const daemon = new WebSocket(address, client.protocol === "" ? [] : [client.protocol], {
    headers: api.keyHeaders,
    createConnection: () => reach.connect(),
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    maxPayload: 16 * MAX_CLIENT_MESSAGE_BYTES,
  });
  client.pause();
  daemon.once("open", () => client.resume());
  daemon.once("unexpected-response", (_, response) => {
    const missing = response.statusCode === 404;
    response.resume();
    if (missing) {
      void options.onMissing().finally(() => fail(CLOSE.noSuchSession, "no such session"));
      return;
    }
    fail(CLOSE.backendFailed, `the daemon answered ${response.statusCode}`);
  });
  daemon.on("error", (error) => fail(CLOSE.backendFailed, error.message));
  pipe(daemon, client);
  pipe(client, daemon, options.watches ? watchOnly(client) : undefined);
  daemon.on("close", (code, reason) => {
    if (code === 1006) tellAway(client, options.daemon.ref.id);
    end(client, code === 1006 ? CLOSE.backendFailed : code, reason.toString());
  });
  client.on("close", () => {
    if (daemon.readyState === WebSocket.CONNECTING) daemon.terminate();
    else end(daemon, 1000, "");
  });

  function fail(code: number, message: string): void {
    client.resume();
    // That a terminal has ended is no failure: its session's state says it.
    if (
      code !== CLOSE.noSuchSession &&
      client.readyState === WebSocket.OPEN &&
      client.protocol !== "" &&
      client.protocol !== "construct.v1"
    ) {
      if (!tellAway(client, options.daemon.ref.id))
        client.send(JSON.stringify({ type: "error", code: "terminal-unreachable", message }));
    }
    end(client, code, message);
  }
}

/** Says that the terminal is on another machine, which cannot be reached now. False where it is on this one. */
export function tellAway(client: WebSocket, daemon: DaemonId): boolean {
  if (daemon === OWN_DAEMON || daemon === FOREIGN_DAEMON) return false;
  const message = "The machine that runs this terminal can't be reached now. Its program runs on.";
  const frame: TerminalServerFrame = { type: "error", code: "machine-away", message };
  if (client.readyState === WebSocket.OPEN && client.protocol === SUBPROTOCOL) client.send(JSON.stringify(frame));
  return true;
}

type Passes = (data: Buffer, isBinary: boolean) => boolean;

/** Lets a watching client's acknowledgements through. Its size is ignored; the first time that it tries to act, it hears why not. */
function watchOnly(client: WebSocket): Passes {
  let told = false;
  return (data, isBinary) => {
    if (client.protocol !== SUBPROTOCOL) return false;
    const frame = isBinary ? undefined : parseJson(terminalClientFrameSchema, data.toString());
    if (frame?.ok === true && frame.value.type !== "kill") return frame.value.type === "ack";
    const { code, message } = READ_ONLY;
    if (!told) client.send(JSON.stringify({ type: "error", code, message } satisfies TerminalServerFrame));
    told = true;
    return false;
  };
}

function pipe(from: WebSocket, to: WebSocket, passes?: Passes): void {
  const sent = () => {
    if (from.isPaused && to.bufferedAmount <= LOW_WATER_BYTES) from.resume();
  };
  from.on("message", (data: Buffer, isBinary) => {
    if (to.readyState !== WebSocket.OPEN || passes?.(data, isBinary) === false) return;
    to.send(data, { binary: isBinary }, sent);
    if (to.bufferedAmount > HIGH_WATER_BYTES) from.pause();
  });
}

function end(socket: WebSocket, code: number, reason: string): void {
  if (socket.isPaused) socket.resume();
  if (socket.readyState !== WebSocket.OPEN) return;
  // 123 bytes of reason are all that a close frame can carry.
  socket.close(
    UNSENDABLE.has(code) ? 1000 : code,
    Buffer.from(reason)
      .subarray(0, 120)
      .toString()
      .replace(/\uFFFD+$/, ""),
  );
}
