/**
 * Owns a scripted foreign daemon: `/health`, `POST /session`, `GET /session/{id}/events`, and `POST /emit`, which sends
 * pinned numbers of events of a pinned size, as large chunks, one chunk an event, or on a schedule.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { type EmitCommand, emitCommand, eventBlock, wirePieces } from "../harness/event-script.ts";
import { parse } from "../harness/program.ts";

interface Session {
  token: string;
  readers: Set<ServerResponse>;
  arrived: Set<() => void>;
}
const sessions = new Map<string, Session>();
const startedAt = new Date().toISOString();

function session(id: string): Session {
  const found = sessions.get(id);
  if (found === undefined) throw new Error(`no session ${id}`);
  return found;
}

async function readers(of: Session, count: number): Promise<void> {
  while (of.readers.size < count) await new Promise<void>((resolve) => of.arrived.add(resolve));
}

/** Bytes that may wait in the process before the kernel has taken them. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** Writes a piece that is framed already, past the response, and waits when too much is queued. */
async function write({ socket }: ServerResponse, piece: Buffer): Promise<void> {
  if (socket === null || socket.destroyed) return;
  const sent = new Promise((resolve) => socket.write(piece, resolve));
  if (socket.writableLength > MAX_QUEUED_BYTES) await sent;
}

/** Made once: making them takes longer than sending them. */
const prepared = new Map<string, Buffer[]>();
async function prepare(command: EmitCommand): Promise<Buffer[]> {
  const { count, size, chunks, calls, shape } = command;
  const key = [count, size, chunks, calls, shape].join();
  const found = prepared.get(key) ?? (await wirePieces(command));
  prepared.set(key, found);
  return found;
}

/** Gives the moment of the first write, on the clock that all processes of the machine share. */
async function emit(command: EmitCommand): Promise<bigint> {
  const target = session(command.session);
  const pieces = command.rate === undefined ? await prepare(command) : [];
  await readers(target, command.readers);
  const streams = [...target.readers];
  const began = nanoseconds();
  if (command.rate !== undefined) await emitOnSchedule(command, command.rate, streams);
  for (let pass = 0; pieces.length > 0 && pass < command.repeat; pass += 1) {
    for (const piece of pieces) for (const stream of streams) await write(stream, piece);
  }
  return began;
}

const nanoseconds = () => process.hrtime.bigint();
const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * One event at each scheduled moment, which stands in its message: who is late pays for it, whoever it was. The thread
 * sleeps in between (a timer of the event loop is a millisecond coarse), and the loop turns after every event.
 */
async function emitOnSchedule(command: EmitCommand, rate: number, streams: readonly ServerResponse[]): Promise<void> {
  const begin = nanoseconds() + 20_000_000n;
  for (let i = 0; i < command.count; i += 1) {
    const due = begin + BigInt(Math.round((i * 1e9) / rate));
    const wait = Number(due - nanoseconds()) / 1e6;
    if (wait > 0) Atomics.wait(asleep, 0, 0, wait);
    const block = eventBlock(command, i, String(due));
    for (const stream of streams) stream.write(block);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function openEvents(request: IncomingMessage, response: ServerResponse, id: string): void {
  const found = sessions.get(id);
  if (found === undefined || request.headers.authorization !== `Bearer ${found.token}`) {
    response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid session token"}');
    return;
  }
  request.socket.setNoDelay(true);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(": open\n\n");
  found.readers.add(response);
  for (const arrived of found.arrived) arrived();
  found.arrived.clear();
  response.on("close", () => found.readers.delete(response));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const json = (value: object) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  const events = /^\/session\/([^/]+)\/events$/.exec(path)?.[1];
  if (events !== undefined) openEvents(request, response, events);
  else if (path === "/health") {
    json({
      status: "ok",
      pid: process.pid,
      uptime_seconds: process.uptime(),
      started_at: startedAt,
      protocol_version: 1,
    });
  } else if (path === "/session" && request.method === "POST") {
    await text(request);
    const id = randomBytes(8).toString("hex");
    const token = randomBytes(16).toString("hex");
    sessions.set(id, { token, readers: new Set(), arrived: new Set() });
    json({ session_id: id, token, cwd: process.cwd() });
  } else if (path === "/emit" && request.method === "POST") {
    const began = await emit(parse(emitCommand, await text(request)));
    json({ began: String(began) });
  } else response.writeHead(404).end();
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(JSON.stringify({ port: address.port }));
});
