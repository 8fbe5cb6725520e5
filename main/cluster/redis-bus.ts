/**
 * The connections to Redis: commands, one inbox of messages, and whether Redis is there. The only file that knows the Redis client,
 * which is loaded when the first bus is opened.
 */
import { hash as digest } from "node:crypto";
import type { RedisArgument } from "@redis/client";
import { backoff, STABLE_MS } from "../../shared/retry/backoff.ts";
import { reasonOf } from "../../shared/text/reason-of.ts";
import { oneLine } from "../../shared/text/visible.ts";
import { type RedisAddress, shownAddress } from "./cluster-config.ts";

export type BusState =
  | { up: true; since: number; version: string; mode: string }
  /** `reason` is a part of a sentence, for people. */
  | { up: false; since: number; reason: string };

/** A script that Redis runs as one step. */
export interface Script {
  text: string;
  sha: string;
}
export const script = (text: string): Script => ({ text, sha: digest("sha1", text, "hex") });

export interface Bus {
  state(): BusState;
  /** Milliseconds that the last message to ourselves took through Redis; undefined before the first. */
  latency(): number | undefined;
  onState(listener: (state: BusState) => void): () => void;
  /** Resolves once Redis is there, or with its state after `ms`. */
  settled(ms: number): Promise<BusState>;
  /** Rejects while Redis is away. `key` says which node of a Redis Cluster is meant. */
  send(key: string, args: readonly RedisArgument[]): Promise<unknown>;
  /** All keys have the same hash tag. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Gives how many hear it; rejects while Redis is away. */
  publish(channel: string, bytes: Buffer): Promise<number>;
  /** Messages in our inbox from now on. */
  onMessage(listener: (bytes: Buffer) => void): void;
  /** A link is open: Redis is looked at more often. */
  busy(change: 1 | -1): void;
  close(): void;
}

export interface BusOptions {
  address: RedisAddress;
  /** The channel that is ours alone. */
  inbox: string;
  steady: () => number;
  random: () => number;
  /** Milliseconds between looks at Redis while links are open, and while none is. */
  lookMs?: number;
  idleLookMs?: number;
  /** Milliseconds in which Redis must have answered to an attempt to connect. */
  connectMs?: number;
}

const LOOK_MS = 1_000;
const IDLE_LOOK_MS = 5_000;
/** A Redis that took longer than this for a message to ourselves counts as away. With `LOOK_MS`: known within 5 s. */
const ECHO_MS = 3_000;
const CONNECT_MS = 4_000;
/** What a command waits for at most. */
const COMMAND_MS = 3_000;
/** Machines come back within this, each at a moment of its own. */
const LONGEST_WAIT_MS = 5_000;
const MAX_QUEUED_COMMANDS = 20_000;
/** Sharded channels came with it. */
const LEAST_MAJOR = 7;
/** The first byte of a message to ourselves; frames of links begin with their version, which is never 0. */
const ECHO = 0;

interface Connection {
  send(key: string, args: readonly RedisArgument[]): Promise<unknown>;
  destroy(): void;
}

export function openBus(options: BusOptions): Bus {
  const {
    address,
    inbox,
    steady,
    random,
    lookMs = LOOK_MS,
    idleLookMs = IDLE_LOOK_MS,
    connectMs = CONNECT_MS,
  } = options;
  let state: BusState = { up: false, since: steady(), reason: `${shownAddress(address.url)} is not connected yet` };
  let connection: Connection | undefined;
  let latency: number | undefined;
  let closed = false;
  let links = 0;
  let lose: (error: unknown) => void = () => {};
  let wake: () => void = () => {};
  let hearEcho: (number: number) => void = () => {};
  const listeners = new Set<(state: BusState) => void>();
  const receivers = new Set<(bytes: Buffer) => void>();
  const show = (next: BusState) => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  const received = (bytes: Buffer) => {
    if (bytes[0] !== ECHO) {
      for (const receiver of receivers) receiver(bytes);
    } else if (bytes.length === 9) hearEcho(bytes.readDoubleBE(1));
  };

  async function send(key: string, args: readonly RedisArgument[]): Promise<unknown> {
    if (connection === undefined) throw new Error(state.up ? "Redis is not connected" : state.reason);
    try {
      return await within(connection.send(key, args), COMMAND_MS);
    } catch (error) {
      // A replica that was the primary before: connecting again finds out who is now.
      if (/^READONLY|^MASTERDOWN|^CLUSTERDOWN/.test(reasonOf(error))) lose(error);
      throw error;
    }
  }

  /** Connects, and returns with what ended it. */
  async function serve(): Promise<unknown> {
    const lost = Promise.withResolvers<unknown>();
    const opened = clientsOfOneAttempt();
    let timer: NodeJS.Timeout | undefined;
    lose = lost.resolve;
    try {
      // Loaded before the time runs: a machine that is busy with itself is no slow Redis.
      const client = await import("@redis/client");
      const { found, ready } = await within(
        connect(client, { address, connectMs }, inbox, opened.only(received), lost.resolve, opened.add),
        connectMs,
      );
      const early = await Promise.race([lost.promise, ready.then(() => undefined)]);
      if (early !== undefined) return early;
      if (closed) return undefined;
      connection = found.connection;
      const look = () => {
        const asked = steady();
        const late = setTimeout(() => lost.resolve(new Error("Redis does not answer")), ECHO_MS);
        hearEcho = (number) => {
          if (number !== asked) return;
          clearTimeout(late);
          latency = steady() - asked;
          timer = setTimeout(look, links > 0 ? lookMs : idleLookMs);
        };
        const bytes = Buffer.alloc(9);
        bytes.writeDoubleBE(asked, 1);
        found.connection.send(inbox, ["SPUBLISH", inbox, bytes]).catch(lost.resolve);
        timer = late;
      };
      wake = () => {
        // Idle until now: the next look is near.
        if (links !== 1) return;
        clearTimeout(timer);
        look();
      };
      look();
      show({ up: true, since: steady(), version: found.version, mode: found.mode });
      return await lost.promise;
    } catch (error) {
      return error;
    } finally {
      clearTimeout(timer);
      wake = () => {};
      hearEcho = () => {};
      connection = undefined;
      opened.end();
    }
  }

  async function keep(): Promise<void> {
    for (let attempt = 0; !closed; attempt += 1) {
      const began = steady();
      const error = await serve();
      if (closed) return;
      if (state.up && steady() - began >= STABLE_MS) attempt = 0;
      const reason = inWords(error, address);
      if (state.up || state.reason !== reason) show({ up: false, since: steady(), reason });
      const wait = Math.min(LONGEST_WAIT_MS, backoff(attempt, random, 50));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  let endWait = () => {};
  void keep();

  return {
    state: () => state,
    latency: () => latency,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settled(ms) {
      if (state.up) return Promise.resolve(state);
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          listeners.delete(look);
          resolve(state);
        };
        const timer = setTimeout(done, ms);
        const look = (next: BusState) => next.up && done();
        listeners.add(look);
      });
    },
    send,
    async run({ text, sha }, keys, args) {
      const [key = ""] = keys;
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await send(key, ["EVALSHA", sha, ...rest]);
      } catch (error) {
        if (!reasonOf(error).startsWith("NOSCRIPT")) throw error;
        return send(key, ["EVAL", text, ...rest]);
      }
    },
    async publish(channel, bytes) {
      if (connection === undefined) throw new Error(state.up ? "Redis is not connected" : state.reason);
      return Number(await connection.send(channel, ["SPUBLISH", channel, bytes]));
    },
    onMessage: (listener) => void receivers.add(listener),
    busy(change) {
      links += change;
      if (change === 1) wake();
    },
    close() {
      closed = true;
      lose(new Error("closed"));
      endWait();
    },
  };
}

/**
 * The clients of one attempt to connect. One that comes up after the attempt was given up is ended at once: left alone it would
 * hear our inbox beside the next one, and every message would come twice.
 */
function clientsOfOneAttempt() {
  const clients = new Set<{ destroy(): void }>();
  let over = false;
  const destroy = (client: { destroy(): void }) => {
    try {
      client.destroy();
    } catch {
      // It has ended.
    }
  };
  return {
    add(client: { destroy(): void }) {
      if (over) {
        destroy(client);
        throw new Error("the attempt to connect is over");
      }
      clients.add(client);
    },
    /** What comes while the attempt, or the connection that it made, lasts. */
    only: (receive: (bytes: Buffer) => void) => (bytes: Buffer) => void (over || receive(bytes)),
    end() {
      over = true;
      for (const client of clients) destroy(client);
    },
  };
}

/** Both connections, the second for the inbox alone; on a Redis Cluster, those that the client makes. */
async function connect(
  { createClient, createCluster }: typeof import("@redis/client"),
  { address, connectMs }: { address: RedisAddress; connectMs: number },
  inbox: string,
  received: (bytes: Buffer) => void,
  lost: (error: unknown) => void,
  add: (client: { destroy(): void }) => void,
) {
  const { url, tls } = address;
  const secure = url.startsWith("rediss:");
  const socket = {
    connectTimeout: connectMs,
    reconnectStrategy: false as const,
    noDelay: true,
    ...(secure && { tls: true as const, ...tls }),
  };
  const common = {
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED_COMMANDS,
    maintNotifications: "disabled" as const,
  };
  const open = async () => {
    const client = createClient({ url, socket, ...common, disableOfflineQueue: false });
    client.on("error", lost);
    client.on("end", () => lost(new Error("Redis closed the connection")));
    add({ destroy: () => client.isOpen && client.destroy() });
    await client.connect();
    return client;
  };
  const first = await open();
  const hello = helloOf(await first.sendCommand(["HELLO"]));
  if (hello.major < LEAST_MAJOR) {
    throw new Error(`Redis ${hello.version} is too old: ${LEAST_MAJOR}.0 or newer is needed`);
  }
  if (hello.mode !== "cluster") {
    const second = await open();
    const connection: Connection = {
      send: (_key, args) => first.sendCommand([...args]),
      destroy() {},
    };
    const ready = second.sSubscribe(inbox, received, true);
    ready.catch(lost);
    return { found: { connection, ...hello }, ready };
  }
  const { username, password } = new URL(url);
  const cluster = createCluster({
    rootNodes: [{ url, socket }],
    defaults: {
      socket,
      ...common,
      disableOfflineQueue: false,
      ...(username !== "" && { username: decodeURIComponent(username) }),
      ...(password !== "" && { password: decodeURIComponent(password) }),
    },
    minimizeConnections: true,
  });
  // One node that goes is the cluster's own business; what concerns us fails with its command or its message.
  cluster.on("error", () => {});
  add({ destroy: () => cluster.destroy() });
  await cluster.connect();
  const connection: Connection = {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    destroy() {},
  };
  const ready = cluster.sSubscribe(inbox, received, true);
  ready.catch(lost);
  return { found: { connection, ...hello }, ready };
}

function helloOf(reply: unknown): { version: string; major: number; mode: string } {
  const fields = Array.isArray(reply)
    ? Object.fromEntries(reply.flatMap((name, at) => (at % 2 === 0 ? [[String(name), reply[at + 1]]] : [])))
    : { ...(reply as Record<string, unknown>) };
  const version = oneLine(String(fields.version ?? "0"), 40);
  return { version, major: Number.parseInt(version, 10) || 0, mode: oneLine(String(fields.mode ?? "standalone"), 40) };
}

async function within<T>(asked: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("Redis does not answer")), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A part of a sentence that says why Redis cannot be used, without any part of a credential. */
export function inWords(error: unknown, address: RedisAddress): string {
  const text = oneLine(reasonOf(error), 200);
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const where = shownAddress(address.url);
  if (code === "ECONNREFUSED" || text.includes("ECONNREFUSED")) return `nothing listens at ${where}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the host of ${where} is not known`;
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return `${where} cannot be reached from here`;
  if (/WRONGPASS|NOAUTH/.test(text)) return `Redis at ${where} refuses the user or the password`;
  if (text.startsWith("NOPERM")) return `Redis at ${where} does not permit this user what is needed (ACL)`;
  if (text.startsWith("READONLY")) return `Redis at ${where} takes no writes: it is a replica`;
  if (text.startsWith("OOM")) return `Redis at ${where} is out of memory and takes no writes`;
  if (text.startsWith("LOADING")) return `Redis at ${where} still loads its data`;
  if (text.startsWith("CLUSTERDOWN")) return `the Redis Cluster at ${where} is down`;
  if (/[Tt]imeout|does not answer/.test(text)) return `Redis at ${where} does not answer`;
  if (/closed|ECONNRESET|EPIPE/.test(`${text} ${code ?? ""}`)) return `Redis at ${where} closed the connection`;
  return text === "" ? `Redis at ${where} failed` : text.includes("Redis") ? text : `Redis at ${where}: ${text}`;
}
