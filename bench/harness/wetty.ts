/** Runs `wetty` and reads one terminal of it: its protocol is Socket.IO 4, spoken here over a plain WebSocket. */
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { z } from "../../shared/protocol/schema.ts";
import { now } from "./clock.ts";
import { type Launched, launch } from "./own-processes.ts";
import { findPeer, freePort } from "./peers.ts";
import { parse } from "./program.ts";
import { READY } from "./terminal-load.ts";

const event = z.tuple([z.string()]).rest(z.unknown());

export interface Wetty extends Launched {
  /** Seconds from Enter to the last of `bytes` bytes of the program's output. */
  time(bytes: number): Promise<number>;
}

/** Runs it with this program for each terminal; or says why it cannot be compared. */
export async function startWetty(command: string): Promise<Wetty | string> {
  // For anybody but root it logs in through ssh, which would be measured instead.
  if (process.getuid?.() !== 0) return "wetty runs a program directly only for root";
  const peer = await findPeer("wetty");
  if (!peer.ok) return peer.reason;
  const port = await freePort();
  const main = join(peer.folder, "node_modules", "wetty", "build", "main.js");
  const args = [main, "--host", "127.0.0.1", "--port", String(port), "--command", command, "--log-level", "error"];
  const launched = await launch(process.execPath, args, { stdio: "ignore", cwd: peer.folder });
  const base = `127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const response = await fetch(`http://${base}/`).catch(() => undefined);
    await response?.body?.cancel();
    if (response !== undefined) return { ...launched, time: (bytes) => timeOne(base, bytes) };
    await delay(50);
  }
  await launched.end();
  return `wetty ${peer.version} did not answer`;
}

/** Engine.IO: 0 open, 2 ping, 3 pong, 4 message; in a message, Socket.IO: 0 connect, 2 event. */
async function timeOne(base: string, bytes: number): Promise<number> {
  const socket = new WebSocket(`ws://${base}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
  const emit = (name: string, value: unknown) => socket.send(`42${JSON.stringify([name, value])}`);
  const done = Promise.withResolvers<number>();
  let began: number | undefined;
  let seen = 0;
  const output = (text: string) => {
    emit("commit", text.length);
    if (began !== undefined) seen += text.length;
    else if (text.includes(READY)) {
      began = now();
      emit("input", "\r");
    }
    if (began !== undefined && seen >= bytes) done.resolve((now() - began) / 1000);
  };
  socket.on("message", (data: Buffer) => {
    const packet = data.toString();
    if (packet.startsWith("0")) socket.send("40");
    else if (packet === "2") socket.send("3");
    else if (packet.startsWith("42")) {
      const [name, value] = parse(event, packet.slice(2));
      if (name === "data" && typeof value === "string") output(value);
      if (name === "logout" && seen < bytes)
        setTimeout(() => done.reject(new Error(`wetty ended after ${seen} bytes`)), 2000).unref();
    }
  });
  socket.on("close", () => done.reject(new Error(`wetty closed after ${seen} of ${bytes} bytes`)));
  done.promise.catch(() => {});
  await once(socket, "open");
  try {
    return await done.promise;
  } finally {
    socket.terminate();
  }
}
