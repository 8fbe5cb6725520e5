/** Proves that terminals are passed on unread: in order, both ways, in both protocols, with the daemon's own reasons for an end. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import {
  ask,
  type Home,
  socketTo,
  startGateway,
  temporaryHome,
} from "../../../test/support/gateway/running-gateway.ts";
import { prepareHomeFolder } from "../../home/home-folder.ts";
import type { Gateway } from "../create-gateway.ts";

let home: Home;
let gateway: Gateway;
beforeAll(async () => {
  home = temporaryHome();
  prepareHomeFolder(home.home);
  gateway = await startGateway(home, { startDaemon: true });
});
afterAll(async () => {
  const path = join(home.home.path, "mcp.json");
  const pid = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).pid : undefined;
  await ask(gateway, "/api/v1/daemon/stop", { method: "POST", body: '{"force":true}' });
  await gateway.dispose();
  if (pid !== undefined) {
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false)).catch(() => process.kill(pid, "SIGKILL"));
  }
  home.remove();
});

async function newSession(command: string, ...args: string[]): Promise<string> {
  const made = await ask(gateway, "/api/v1/sessions", {
    method: "POST",
    body: JSON.stringify({ agent: "custom", command, args, cwd: "/" }),
  });
  expect(made.status, made.text).toBe(201);
  return (made.json() as { id: string }).id;
}
interface Terminal {
  socket: WebSocket;
  output: () => string;
  /** The last few messages. */
  tail: () => string;
  frames: { type: string; [key: string]: unknown }[];
  until(check: () => boolean): Promise<void>;
  closed: Promise<{ code: number; reason: string }>;
}
function attach(id: string, protocol = "signalbox.v1", query = "", token = gateway.token): Terminal {
  const socket = socketTo(gateway, `/ws/terminal?session_id=${id}${query}`, protocol, token);
  const bytes: Buffer[] = [];
  const frames: Terminal["frames"] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary || protocol === "construct.v1") {
      bytes.push(data);
      if (isBinary) socket.send(JSON.stringify({ type: "ack", bytes: data.length }));
    } else frames.push(JSON.parse(String(data)));
    for (const look of waiting) look();
  });
  socket.on("error", () => {});
  const snapshot = () => String(frames.find(({ type }) => type === "snapshot")?.data ?? "");
  return {
    socket,
    tail: () => Buffer.concat(bytes.slice(-4).map((piece) => piece.subarray(-32))).toString(),
    output: () => snapshot() + Buffer.concat(bytes).toString(),
    frames,
    until(check) {
      return new Promise((resolve) => {
        const look = () => {
          if (!check()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    closed: new Promise((resolve) => socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }))),
  };
}

describe("the terminal", () => {
  it("P10: keys sent in the very tick of the upgrade arrive, in order", async () => {
    const id = await newSession("sh", "-c", "stty -echo; while read line; do echo got:$line; done");
    const terminal = attach(id);
    terminal.socket.on("upgrade", () => {
      setImmediate(() => {
        for (const word of ["one", "two", "three"]) terminal.socket.send(Buffer.from(`${word}\n`));
      });
    });
    await terminal.until(() => terminal.output().includes("got:three"));
    expect(terminal.output()).toMatch(/got:one\r\ngot:two\r\ngot:three/);
    terminal.socket.terminate();
  });

  it("closing the socket never ends the program; attaching again shows the screen first, then what comes", async () => {
    const id = await newSession("sh", "-c", "echo before; read a; echo after:$a; read b");
    const first = attach(id);
    await first.until(() => first.output().includes("before"));
    first.socket.close();
    await first.closed;
    const second = attach(id);
    await second.until(() => second.frames.some(({ type }) => type === "snapshot"));
    expect(second.output()).toContain("before");
    second.socket.send(Buffer.from("key\n"));
    await second.until(() => second.output().includes("after:key"));
    second.socket.terminate();
  });

  it("a device that may only watch sees all of it, and can neither type, end it nor choose its size", async () => {
    const id = await newSession("sh", "-c", 'while read line; do echo "got:$line $(stty size)"; done');
    const owner = attach(id, "signalbox.v1", "&cols=88&rows=22");
    await owner.until(() => owner.frames.some(({ type }) => type === "snapshot"));
    const { link_code } = (
      await ask(gateway, "/api/v1/pairing", { method: "POST", body: '{"scope":"read-only"}' })
    ).json() as { link_code: string };
    const paired = await fetch(`${gateway.url}/pair`, { method: "POST", headers: { "x-pairing-code": link_code } });
    const { token } = (await paired.json()) as { token: string };
    const query = "&cols=44&rows=11";
    const [watcher, original] = [attach(id, "signalbox.v1", query, token), attach(id, "construct.v1", query, token)];
    for (const { socket } of [watcher, original]) await new Promise((resolve) => socket.once("open", resolve));
    await watcher.until(() => watcher.frames.some(({ type }) => type === "snapshot"));
    watcher.socket.send(JSON.stringify({ type: "resize", cols: 33, rows: 9 }));
    watcher.socket.send(Buffer.from("typed\n"));
    watcher.socket.send(JSON.stringify({ type: "kill", signal: "SIGKILL" }));
    original.socket.send("typed\n");
    original.socket.send(JSON.stringify({ type: "resize", cols: 33, rows: 9 }));
    await watcher.until(() => watcher.frames.some(({ type }) => type === "error"));
    // Answered after all of theirs: a pong comes when what was sent before it has been read.
    for (const { socket } of [watcher, original]) {
      const pong = new Promise((resolve) => socket.once("pong", resolve));
      socket.ping();
      await pong;
    }
    owner.socket.send(Buffer.from("mine\n"));
    for (const terminal of [owner, watcher, original]) {
      await terminal.until(() => terminal.output().includes("got:mine 22 88"));
      expect(terminal.output()).not.toContain("typed");
      terminal.socket.terminate();
    }
    expect(watcher.frames.filter(({ type }) => type === "error")).toEqual([
      { type: "error", code: "read-only", message: expect.any(String) },
    ]);
  });

  it("speaks the original protocol: text both ways, a resize as JSON, characters whole", async () => {
    const id = await newSession("sh", "-c", 'stty -echo; while read line; do echo "got:$line ä€𝄞 $(stty size)"; done');
    const terminal = attach(id, "construct.v1");
    await new Promise((resolve) => terminal.socket.once("open", resolve));
    expect(terminal.socket.protocol).toBe("construct.v1");
    terminal.socket.send(JSON.stringify({ type: "resize", cols: 91, rows: 23 }));
    terminal.socket.send("text\n");
    await terminal.until(() => terminal.output().includes("got:text"));
    terminal.socket.send(Buffer.from("binary\n"));
    await terminal.until(() => terminal.output().includes("got:binary ä€𝄞 23 91"));
    terminal.socket.terminate();
  });

  it("all output comes before the exit, which tells the code; a session without a terminal is 4004", async () => {
    const id = await newSession("sh", "-c", "seq 1 20000; exit 7");
    const terminal = attach(id);
    await terminal.until(() => terminal.frames.some(({ type }) => type === "exit"));
    expect(terminal.frames.at(-1)).toMatchObject({ type: "exit", code: 7, signal: null });
    expect(terminal.output()).toContain("20000");
    terminal.socket.terminate();
    expect(await attach("nobody").closed).toMatchObject({ code: 4004 });
  });

  it("an older client that names a tool instead of a session gets one started, with the session that it made", async () => {
    const made = await ask(gateway, "/api/mcp/session", { method: "POST", body: '{"cwd":"/"}' });
    const { session_id: id, token } = made.json() as { session_id: string; token: string };
    const socket = socketTo(
      gateway,
      `/ws/terminal?tool=sh&cwd=/tmp&mcp_session=${id}&mcp_token=${token}`,
      "construct.v1",
    );
    let output = "";
    const seen = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        output += String(data);
        if (output.includes(`id=${id}-end`)) resolve();
      });
    });
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send('echo "$PWD id=$SIGNALBOX_SESSION_ID""-end"\n');
    await seen;
    expect(output).toContain(`/tmp id=${id}-end`);
    socket.terminate();
    expect((await ask(gateway, `/api/v1/sessions/${id}`)).status).toBe(200);
  });

  it("a viewer that stops reading holds up neither the gateway's memory nor the others", async () => {
    const id = await newSession(
      "sh",
      "-c",
      "read a; yes 0123456789012345678901234567890123456789 | head -c 30000000; echo done; read b",
    );
    const stalled = attach(id);
    const quick = attach(id);
    await Promise.all([stalled, quick].map(({ socket }) => new Promise((resolve) => socket.once("open", resolve))));
    stalled.socket.pause();
    let waited = 0;
    const looking = setInterval(() => {
      waited = Math.max(waited, process.memoryUsage().arrayBuffers);
    }, 20);
    const before = process.memoryUsage().arrayBuffers;
    quick.socket.send(Buffer.from("\n"));
    await quick.until(() => quick.tail().includes("done"));
    clearInterval(looking);
    // What this test itself keeps of the quick viewer's 30 MB is taken off; V8 frees when it likes.
    expect(waited - before).toBeLessThan(30_000_000 + 48_000_000);
    stalled.socket.terminate();
    quick.socket.terminate();
  });
});
