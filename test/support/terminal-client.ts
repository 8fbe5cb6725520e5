/** A terminal's socket as a test sees it: real WebSockets on loopback around `Terminals.attach`, and a client that collects what comes. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Terminal } from "@xterm/headless";
import { WebSocket, WebSocketServer } from "ws";
import { createTerminals } from "../../main/daemon/terminal/create-terminals.ts";
import { silentLog } from "../../main/home/create-log.ts";
import type { StartTerminalRequest } from "../../shared/protocol/daemon-api.ts";
import { type TerminalServerFrame, terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { SUBPROTOCOL } from "../../shared/protocol/wire.ts";
import { feed, openScreen } from "./open-screen.ts";
import { openLikeWindows } from "./windows-terminal.ts";

export interface TerminalClient {
  readonly socket: WebSocket;
  /** Everything in order; live bytes as Buffers. */
  readonly received: (TerminalServerFrame | Buffer)[];
  /** Live bytes since the last snapshot. */
  live(): Buffer;
  frames<T extends TerminalServerFrame["type"]>(type: T): Extract<TerminalServerFrame, { type: T }>[];
  /** Resolves when the condition holds, checked after each message. */
  until(condition: () => boolean, what?: string): Promise<void>;
  text(pattern: RegExp | string): Promise<void>;
  frame<T extends TerminalServerFrame["type"]>(type: T): Promise<Extract<TerminalServerFrame, { type: T }>>;
  send(frame: object): void;
  type(keys: string | Uint8Array): void;
  close(): Promise<void>;
  /** What a page shows that handled everything that came. */
  screen(): Promise<Terminal>;
  /** Its text, a line per row, scrollback included. */
  screenText(): Promise<string>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

export interface ClientOptions {
  cols?: number;
  rows?: number;
  protocol?: string;
  /** May not type, as the gateway would tell the daemon. */
  watches?: boolean;
  /** Acknowledge live bytes as they come; true by default. */
  acknowledge?: boolean;
  /** Keep what comes; true by default. A hash or a count may be taken with `onBytes` instead. */
  keep?: boolean;
  onBytes?(bytes: Buffer): void;
}

export interface TestTerminals extends Awaited<ReturnType<typeof openTerminals>> {}

/** SIGNALBOX_TEST_TERMINALS=windows runs every test of terminals on the way to terminals that Windows has. */
const likeWindows = process.env.SIGNALBOX_TEST_TERMINALS === "windows" ? { openPty: openLikeWindows() } : {};

/** Terminals behind a WebSocket server on a free port: `ws://127.0.0.1:<port>/<session>?cols=&rows=`. */
export async function openTerminals(env: NodeJS.ProcessEnv = process.env, recordings?: string) {
  const changes: string[] = [];
  const onChange = (session: string) => changes.push(session);
  const terminals = createTerminals({
    onChange,
    log: silentLog(),
    env,
    ...(recordings && { recordings }),
    ...likeWindows,
  });
  const server = createServer();
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    handleProtocols: ([first]) => first ?? false,
  });
  sockets.on("connection", (socket, request) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const cols = url.searchParams.get("cols");
    const rows = url.searchParams.get("rows");
    const size = cols === null || rows === null ? {} : { cols: Number(cols), rows: Number(rows) };
    terminals.attach(url.pathname.slice(1), socket, { ...size, watches: url.searchParams.has("watches") });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    terminals,
    changes,
    start(session: string, command: string, args: string[] = [], more: Partial<StartTerminalRequest> = {}) {
      return terminals.start(session, { command, args, env: {}, cwd: "/tmp", cols: 80, rows: 24, ...more });
    },
    connect: (session: string, options: ClientOptions = {}) => connect(port, session, options),
    async close() {
      await terminals.dispose();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function connect(port: number, session: string, options: ClientOptions): Promise<TerminalClient> {
  const { cols, rows, protocol = SUBPROTOCOL, acknowledge = true, keep = true } = options;
  const size = cols === undefined || rows === undefined ? "" : `cols=${cols}&rows=${rows}`;
  const query = options.watches ? `watches=1&${size}` : size;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${session}?${query}`, protocol, { perMessageDeflate: false });
  const received: (TerminalServerFrame | Buffer)[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const check of waiting) check();
  };
  socket.on("message", (data, binary) => {
    const bytes = data as Buffer;
    if (binary || protocol !== SUBPROTOCOL) {
      if (keep) received.push(bytes);
      options.onBytes?.(bytes);
      if (acknowledge && binary) socket.send(JSON.stringify({ type: "ack", bytes: bytes.length }));
    } else received.push(terminalServerFrameSchema.parse(JSON.parse(bytes.toString())));
    look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      resolve({ code, reason: reason.toString() });
      look();
    });
  });
  await new Promise((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });
  const isFrame = (item: TerminalServerFrame | Buffer): item is TerminalServerFrame => !Buffer.isBuffer(item);
  const client: TerminalClient = {
    socket,
    received,
    closed,
    live() {
      const last = received.findLastIndex((item) => isFrame(item) && item.type === "snapshot");
      return Buffer.concat(received.slice(last + 1).filter((item) => Buffer.isBuffer(item)));
    },
    frames(type) {
      return received.filter(isFrame).filter((frame) => frame.type === type) as never;
    },
    until(condition, what = "something") {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`waited in vain for ${what}; got ${received.slice(-5).map(String).join("|").slice(-500)}`));
        }, 90_000);
        const check = () => {
          if (!condition()) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
    text(pattern) {
      const found = () => {
        const text = received.map((item) =>
          isFrame(item) ? (item.type === "snapshot" ? item.data : "") : item.toString(),
        );
        return typeof pattern === "string" ? text.join("").includes(pattern) : pattern.test(text.join(""));
      };
      return client.until(found, String(pattern));
    },
    async frame(type) {
      await client.until(() => client.frames(type).length > 0, `a frame ${type}`);
      const [first] = client.frames(type);
      if (first === undefined) throw new Error("unreachable");
      return first;
    },
    async screen() {
      const terminal = openScreen(80, 24);
      for (const item of received) {
        if (Buffer.isBuffer(item)) await feed(terminal, item);
        else if (item.type === "snapshot") {
          terminal.reset();
          terminal.resize(item.cols, item.rows);
          await feed(terminal, item.data);
        } else if (item.type === "resized") terminal.resize(item.cols, item.rows);
      }
      return terminal;
    },
    async screenText() {
      const { normal } = (await client.screen()).buffer;
      return Array.from({ length: normal.length }, (_, y) => normal.getLine(y)?.translateToString(true) ?? "").join(
        "\n",
      );
    },
    send: (frame) => socket.send(JSON.stringify(frame)),
    type: (keys) => socket.send(Buffer.from(keys as string)),
    async close() {
      socket.terminate();
      await closed;
    },
  };
  return client;
}
