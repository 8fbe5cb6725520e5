/** Proves, with real processes, that a gateway killed under a flood of terminal output costs its viewers no byte and gives them none twice. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { prepareHomeFolder } from "../../main/home/home-folder.ts";
import { readRecording } from "../../main/home/recording/read-recording.ts";
import { terminalServerFrameSchema } from "../../shared/protocol/terminal-frames.ts";
import { temporaryHome } from "../support/gateway/running-gateway.ts";
import { feed, openScreen } from "../support/open-screen.ts";
import { screenState } from "../support/screen-state.ts";

const LONG = process.env.SIGNALBOX_LONG === "1";
const ROUNDS = LONG ? 10 : 3;
/** Live bytes that a viewer gets before the gateway is killed: 100 MB in all, or 3 MB. */
const BYTES_A_ROUND = LONG ? 10_000_000 : 1_000_000;
/** Lines that the program prints at once. A pause between them keeps the flood from filling the disk while nobody watches. */
const LINES = LONG ? 20_000 : 2_000;
/** `000000001` and its line end: the bytes say at which place of the output they stand. */
const LINE_BYTES = 11;
/** More lines than a screen with its scrollback holds. */
const SCREEN_LINES = 10_100;
/** Its last character begins no secret in any form: a recording would hold that back until the program ends. */
const END = "THE-END!";
const PATIENCE_MS = 90_000;
const CLI = join(import.meta.dirname, "../../main/cli.ts");

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** What the program prints from one byte of its output to another. */
function printed(from: number, to: number): Buffer {
  const first = Math.floor(from / LINE_BYTES);
  let text = "";
  for (let line = first; line * LINE_BYTES < to; line += 1) text += `${String(line + 1).padStart(9, "0")}\r\n`;
  return Buffer.from(text.slice(from - first * LINE_BYTES, to - first * LINE_BYTES));
}

/** A snapshot and the live bytes behind it. */
interface Stretch {
  data: string;
  cols: number;
  rows: number;
  /** Where its first live byte stands in the output; unknown before a whole line has come. */
  at: number | undefined;
  /** Where its next byte must stand. */
  next: number;
  early: Buffer;
}

interface Viewer {
  stretches: Stretch[];
  live: number;
  /** What came behind the last line. */
  rest: string;
}

function receive(viewer: Viewer, bytes: Buffer): void {
  const stretch = viewer.stretches.at(-1);
  if (stretch === undefined) throw new Error("bytes before the first snapshot");
  let piece = bytes;
  if (stretch.at === undefined) {
    piece = Buffer.concat([stretch.early, bytes]);
    stretch.early = piece;
    const whole = /\r\n(\d{9})\r\n/.exec(piece.toString("latin1"));
    if (whole === null) return;
    stretch.at = (Number(whole[1]) - 1) * LINE_BYTES - (whole.index + 2);
    stretch.next = stretch.at;
  }
  const end = viewer.rest === "" ? piece.indexOf("T") : 0;
  const lines = end < 0 ? piece : piece.subarray(0, end);
  if (!lines.equals(printed(stretch.next, stretch.next + lines.length)))
    throw new Error(`the bytes at ${stretch.next} are not those that the program printed there`);
  stretch.next += lines.length;
  viewer.live += lines.length;
  if (end >= 0) viewer.rest += piece.subarray(end).toString();
}

/**
 * Attaches, and resolves when `enough` holds; the viewer stays attached. Like the page it tries again while a new
 * gateway has yet to find its daemon.
 */
async function watch(
  url: string,
  token: string,
  session: string,
  enough: (viewer: Viewer) => boolean,
): Promise<Viewer> {
  const address = `${url.replace("http", "ws")}/ws/terminal?session_id=${session}`;
  for (;;) {
    const socket = new WebSocket(address, ["signalbox.v1", `bearer.${token}`]);
    undo.push(() => socket.terminate());
    const viewer = await follow(socket, enough);
    if (viewer !== undefined) return viewer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Undefined: it was closed before it showed anything. */
function follow(socket: WebSocket, enough: (viewer: Viewer) => boolean): Promise<Viewer | undefined> {
  const viewer: Viewer = { stretches: [], live: 0, rest: "" };
  return new Promise((resolve, reject) => {
    const told = () => `${viewer.stretches.length} snapshots, ${viewer.live} live bytes, ${viewer.rest}`;
    const timer = setTimeout(() => reject(new Error(`it went no further than ${told()}`)), PATIENCE_MS);
    socket.on("close", () => clearTimeout(timer));
    socket.on("error", () => {});
    socket.on("close", (code) =>
      viewer.stretches.length === 0 ? resolve(undefined) : reject(new Error(`closed with ${code}`)),
    );
    socket.on("message", (message: Buffer, binary) => {
      try {
        if (binary) {
          receive(viewer, message);
          socket.send(JSON.stringify({ type: "ack", bytes: message.length }));
        } else {
          const frame = terminalServerFrameSchema.parse(JSON.parse(message.toString()));
          if (frame.type === "snapshot")
            viewer.stretches.push({ ...frame, at: undefined, next: 0, early: Buffer.alloc(0) });
        }
        if (!enough(viewer)) return;
        clearTimeout(timer);
        resolve(viewer);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** What a page shows after the snapshot is what the program's output draws up to that byte, scrollback included. */
async function expectExact({ data, cols, rows }: Stretch, at: number, ending = ""): Promise<void> {
  const shown = openScreen(cols, rows);
  await feed(shown, data);
  const drawn = openScreen(cols, rows);
  const from = Math.max(0, Math.floor(at / LINE_BYTES) - SCREEN_LINES) * LINE_BYTES;
  await feed(drawn, printed(from, at));
  await feed(drawn, ending);
  const { normal, cursor } = screenState(shown);
  expect({ normal, cursor }).toEqual({ normal: screenState(drawn).normal, cursor: screenState(drawn).cursor });
}

async function serve(home: string): Promise<{ child: ChildProcess; url: string; token: string }> {
  const args = [CLI, "serve", "--home", home, "--port", "0", "--json", "--no-open"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  undo.push(() => child.kill("SIGKILL"));
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`the gateway ended with ${code}`)));
  ended.catch(() => {});
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  return { child, ...(JSON.parse(String(line)) as { url: string; token: string }) };
}

it("kill -9 of the gateway under a flood of output: a viewer that reconnects has lost no byte and gets none twice", {
  timeout: 600_000,
}, async () => {
  const { home, remove } = temporaryHome();
  undo.push(remove);
  prepareHomeFolder(home);
  const daemonPid = (): number => JSON.parse(readFileSync(home.discovery, "utf8")).pid;
  const stop = join(home.path, "stop");
  const script = `n=1; until [ -e "$1" ]; do seq -f %09.0f $n $((n + ${LINES - 1})); n=$((n + ${LINES})); sleep 0.01; done; printf ${END}; exec sleep 600`;

  let gateway = await serve(home.path);
  const made = await fetch(`${gateway.url}/api/v1/sessions`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
    body: JSON.stringify({ agent: "custom", command: "sh", args: ["-c", script, "sh", stop], cwd: "/" }),
  });
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  const daemon = daemonPid();
  undo.push(async () => {
    process.kill(daemon, "SIGTERM");
    await expect.poll(() => readdirSync("/proc").includes(String(daemon))).toBe(false);
  });

  let proven = 0;
  let reached = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const viewer = await watch(gateway.url, gateway.token, id, ({ live }) => live >= BYTES_A_ROUND);
    const exit = once(gateway.child, "exit");
    gateway.child.kill("SIGKILL");
    await exit;
    for (const stretch of viewer.stretches) {
      if (stretch.at === undefined) continue;
      expect(stretch.at).toBeGreaterThanOrEqual(reached);
      await expectExact(stretch, stretch.at);
      reached = stretch.next;
      proven += 1;
    }
    gateway = await serve(home.path);
    expect(daemonPid()).toBe(daemon);
  }
  expect(proven).toBeGreaterThanOrEqual(ROUNDS);

  // The end is asked for when the last viewer sees lines, so that it sees the end come.
  let asked = false;
  const viewer = await watch(gateway.url, gateway.token, id, ({ live, rest, stretches }) => {
    if (!asked && live > 0) writeFileSync(stop, "");
    asked = live > 0;
    return rest === END || stretches.at(-1)?.data.includes(END) === true;
  });

  // The program's own count of what it printed: the recording beside its terminal.
  const [folder = ""] = readdirSync(home.recordings);
  const recorded = () => {
    const segments = [...readRecording(home.recordings, folder)];
    return segments.at(-1)?.moments.at(-1)?.[2] ?? 0;
  };
  await expect.poll(() => (recorded() - END.length) % (LINES * LINE_BYTES), { message: "all of it recorded" }).toBe(0);
  const total = recorded() - END.length;
  const final = viewer.stretches.at(-1);
  if (final === undefined) throw new Error("no snapshot");
  if (final.at === undefined) await expectExact(final, total, END);
  else expect(final.next).toBe(total);

  const hash = createHash("sha256");
  const expected = createHash("sha256");
  let from: number | undefined;
  for (const { header, read } of readRecording(home.recordings, folder)) {
    from ??= header.offset;
    hash.update(read(header.offset, Number.MAX_SAFE_INTEGER));
  }
  // The oldest segments of a very long recording are gone.
  for (let at = from ?? 0; at < total; at += 1_100_000) expected.update(printed(at, Math.min(total, at + 1_100_000)));
  expect(hash.digest("hex")).toBe(expected.update(END).digest("hex"));
});
