/**
 * A scripted daemon, a foreign one, or ours where it is given the home's key as its argument: `/health`, `POST /session`, `GET /session/{id}/events`, and `POST /emit`, which sends
 * pinned numbers of events of a pinned size, as large chunks, one chunk an event, or on a schedule.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { daemonProofs } from "../../main/home/proofs.ts";
import { BATCHES } from "../../main/wire/event-batch.ts";
import { type EmitCommand, EPOCH, emitCommand, type Form, wireOf, wirePieces } from "../harness/event-script.ts";
import { parse } from "../harness/program.ts";

const [key] = process.argv.slice(2);

interface Session {
  token: string;
  /** The next event's place in the stream. */
  sent: number;
  readers: Map<ServerResponse, Form>;
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
async function prepare(command: EmitCommand, form: Form, pass: number): Promise<Buffer[]> {
  const { count, size, chunks, calls, shape, repeat } = command;
  // A foreign daemon's events have no numbers: each pass is the same.
  const own = form === "foreign" ? [] : [repeat, pass];
  const name = [form, count, size, chunks, calls, shape, ...own].join();
  const found = prepared.get(name) ?? (await wirePieces(command, form, pass));
  prepared.set(name, found);
  return found;
}

/** Gives the moment of the first write, on the clock that all processes of the machine share. */
async function emit(command: EmitCommand): Promise<bigint> {
  const target = session(command.session);
  await readers(target, command.readers);
  const streams = [...target.readers];
  const form = streams[0]?.[1] ?? "foreign";
  const passes: Buffer[][] = [];
  for (let pass = 0; command.rate === undefined && pass < command.repeat; pass += 1) {
    passes.push(await prepare(command, form, pass));
  }
  const began = nanoseconds();
  if (command.rate !== undefined) await emitOnSchedule(command, command.rate, target);
  for (const pieces of passes) {
    for (const piece of pieces) for (const [stream] of streams) await write(stream, piece);
  }
  return began;
}

const nanoseconds = () => process.hrtime.bigint();
const asleep = new Int32Array(new SharedArrayBuffer(4));

/**
 * One event at each scheduled moment, which stands in its message: who is late pays for it, whoever it was. The thread
 * sleeps in between (a timer of the event loop is a millisecond coarse), and the loop turns after every event.
 */
async function emitOnSchedule(command: EmitCommand, rate: number, target: Session): Promise<void> {
  const streams = [...target.readers];
  const begin = nanoseconds() + 20_000_000n;
  for (let i = 0; i < command.count; i += 1) {
    const due = begin + BigInt(Math.round((i * 1e9) / rate));
    const wait = Number(due - nanoseconds()) / 1e6;
    if (wait > 0) Atomics.wait(asleep, 0, 0, wait);
    for (const [stream, form] of streams) stream.write(wireOf(command, form, target.sent, 1, String(due)));
    target.sent += 1;
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
  const batches = key !== undefined && request.headers.accept === BATCHES;
  const type = batches ? `${BATCHES}; epoch=${EPOCH}` : "text/event-stream";
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  if (batches) response.flushHeaders();
  else response.write(": open\n\n");
  found.readers.set(response, key === undefined ? "foreign" : batches ? "own-batches" : "own-sse");
  for (const arrived of found.arrived) arrived();
  found.arrived.clear();
  response.on("close", () => found.readers.delete(response));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
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
      ...(key !== undefined && {
        version: "bench",
        features: ["replay", "notices", "unique-calls", "numbers", "batches"],
        ...daemonProofs(key, new URLSearchParams(query).get("nonce") ?? "", request.socket.localPort ?? 0),
      }),
    });
  } else if (path === "/events" && key !== undefined) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"type":"sessions","sessions":[]}\n\n');
  } else if (path === "/sessions" && key !== undefined) {
    json({ sessions: [] });
  } else if (path === "/session" && request.method === "POST") {
    await text(request);
    const id = randomBytes(8).toString("hex");
    const token = randomBytes(16).toString("hex");
    sessions.set(id, { token, sent: 0, readers: new Map(), arrived: new Set() });
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
