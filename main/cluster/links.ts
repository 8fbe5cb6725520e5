/** The links of this process to other machines: opens them, takes those of others, and joins frames to their streams. */
import { randomBytes } from "node:crypto";
import { connect as connectTls, type PSKCallbackNegotation, TLSSocket, type TlsOptions } from "node:tls";
import { LINK_VERSION, readFrame, writeFrame } from "./link-frame.ts";
import { createLinkStream, LinkError, type LinkStream } from "./link-stream.ts";
import type { Bus } from "./redis-bus.ts";

export interface Links {
  /** A stream of bytes to that machine, through TLS, that may be written to at once. Why there is none is its `LinkError`. */
  open(machine: string, inbox: string): TLSSocket;
  readonly count: number;
  close(): void;
}

export interface LinksOptions {
  bus: Bus;
  /** The id of this process' inbox, and the channel that belongs to an inbox. */
  inbox: string;
  channelOf: (inbox: string) => string;
  /** This machine; only links that are meant for it are taken. */
  machine: string;
  psk: Buffer;
  /** Takes what other machines open; absent in a process that only opens. */
  accept?: (socket: TLSSocket) => void;
}

/** An ephemeral key exchange: who records what passes and learns the cluster's key later still reads nothing. BoringSSL has it, too. */
const CIPHERS = "ECDHE-PSK-CHACHA20-POLY1305";
/** TLS 1.3 in OpenSSL takes no pre-shared key by callback with a suite of this kind. */
const VERSION = "TLSv1.2" as const;
const HANDSHAKE_MS = 5_000;
/** Handshakes that others may have under way, and links in all. */
const MAX_HANDSHAKES = 64;
const MAX_LINKS = 512;

interface Held {
  stream: LinkStream;
  peer: string;
  link: string;
  /** Whether this side opened it. */
  opener: boolean;
  heardAt: number;
}

/** A link on which nothing came for a while is asked whether it lives, and given up where nothing comes. */
const LOOK_MS = 2_000;
const SILENT_MS = 12_000;
const ASKS = 0;
const ANSWERS = 1;

export function createLinks(options: LinksOptions): Links {
  const steady = () => performance.now();
  const { bus, inbox, channelOf, machine, psk, accept } = options;
  /** By link and side. */
  const streams = new Map<string, Held>();
  let handshakes = 0;
  const identity = (target: string) => `signalbox ${target}`;

  function make(link: string, peer: string, opener: boolean): LinkStream {
    const key = `${link}${opener}`;
    const channel = channelOf(peer);
    const stream = createLinkStream({
      send: async (kind, number, taken, payload) =>
        (await bus.publish(channel, writeFrame({ kind, link, from: inbox, number, taken, payload }, opener))) > 0,
      onClose() {
        if (streams.delete(key)) bus.busy(-1);
      },
    });
    streams.set(key, { stream, peer, link, opener, heardAt: steady() });
    bus.busy(1);
    // Whoever uses it hears of it through TLS.
    stream.on("error", () => {});
    return stream;
  }

  bus.onMessage((bytes) => {
    const frame = readFrame(bytes);
    if (frame === undefined) return;
    const { link, from, opener } = frame;
    const found = streams.get(`${link}${!opener}`);
    if (frame.version !== LINK_VERSION) {
      if (frame.kind === "open") refuse(link, from);
      else if (found?.peer === from)
        found.stream.destroy(new LinkError("the other machine speaks another version of the link"));
      return;
    }
    if (found !== undefined) {
      if (found.peer !== from) return;
      found.heardAt = steady();
      if (frame.kind !== "echo") found.stream.receive(frame);
      else if (frame.number === ASKS) sendEcho(found, ANSWERS);
      return;
    }
    if (frame.kind !== "open" || !opener || accept === undefined) return;
    if (handshakes >= MAX_HANDSHAKES || streams.size >= MAX_LINKS) return refuse(link, from);
    const stream = make(link, from, false);
    stream.receive(frame);
    take(stream, accept);
  });

  function refuse(link: string, to: string): void {
    const payload = Buffer.alloc(0);
    const frame = writeFrame({ kind: "reset", link, from: inbox, number: 0, taken: 0, payload }, false);
    bus.publish(channelOf(to), frame).catch(() => {});
  }

  function take(stream: LinkStream, accepted: (socket: TLSSocket) => void): void {
    handshakes += 1;
    const security: TlsOptions = {
      ciphers: CIPHERS,
      minVersion: VERSION,
      maxVersion: VERSION,
      // One that was meant for another machine and led here is refused.
      pskCallback: (_socket, told) => (told === identity(machine) ? psk : null),
    };
    const socket = new TLSSocket(stream, { isServer: true, ...security });
    const late = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    const over = () => {
      clearTimeout(late);
      if (open) handshakes -= 1;
      open = false;
    };
    let open = true;
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      over();
      stream.destroy();
    });
    stream.once("close", () => socket.destroy());
    socket.once("secure", () => {
      over();
      accepted(socket);
    });
  }

  function sendEcho({ stream, link, peer, opener }: Held, number: number): void {
    const frame = writeFrame({ kind: "echo", link, from: inbox, number, taken: 0, payload: Buffer.alloc(0) }, opener);
    bus.publish(channelOf(peer), frame).then(
      // Its process has ended: whatever waits for it fails now, not after a long silence.
      (heard) => heard === 0 && stream.destroy(new LinkError("the other machine does not listen any more")),
      () => {},
    );
  }

  /** A machine that stands still keeps its connection to Redis: only its silence tells. */
  const look = setInterval(() => {
    for (const held of [...streams.values()]) {
      const silent = steady() - held.heardAt;
      if (silent > SILENT_MS) held.stream.destroy(new LinkError("the other machine does not answer"));
      else if (silent > LOOK_MS) sendEcho(held, ASKS);
    }
  }, LOOK_MS);
  look.unref();

  const lost = bus.onState((state) => {
    if (state.up) return;
    // Messages may be missing from here on.
    for (const { stream } of [...streams.values()]) stream.destroy(new LinkError(state.reason));
  });

  return {
    open(target, peer) {
      const stream = make(randomBytes(16).toString("hex"), peer, true);
      const state = bus.state();
      // Before TLS, which begins to speak at once.
      if (state.up && streams.size <= MAX_LINKS) stream.begin();
      const socket = connectTls({
        socket: stream,
        ciphers: CIPHERS,
        minVersion: VERSION,
        maxVersion: VERSION,
        checkServerIdentity: () => undefined,
        pskCallback: (): PSKCallbackNegotation => ({ psk, identity: identity(target) }),
      });
      const fail = (reason: string) => socket.destroy(new LinkError(reason));
      const late = setTimeout(() => fail("the other machine does not answer"), HANDSHAKE_MS);
      socket.once("secureConnect", () => clearTimeout(late));
      socket.once("close", () => {
        clearTimeout(late);
        stream.destroy();
      });
      // Node may say the same error twice, and by then nobody may listen.
      socket.on("error", () => {});
      stream.once("error", (error) => socket.destroy(error));
      stream.once("close", () => socket.destroy());
      if (!state.up) stream.destroy(new LinkError(state.reason));
      else if (streams.size > MAX_LINKS) stream.destroy(new LinkError("too many links are open"));
      return socket;
    },
    get count() {
      return streams.size;
    },
    close() {
      clearInterval(look);
      lost();
      for (const { stream } of [...streams.values()]) stream.destroy();
    },
  };
}
