/** Terminals on Windows start, keep their last output, stay within their bounds and end whole: real programs behind node-pty's Windows surface. */
import { readFileSync } from "node:fs";
import { expect, it, onTestFinished, vi } from "vitest";
import { isAlive } from "../../../../test/support/is-alive.ts";
import {
  type FakeWindowsTerminal,
  openLikeWindows,
  type WindowsHabits,
} from "../../../../test/support/windows-terminal.ts";
import type { PtyExit } from "./pty.ts";
import { windowsInsides } from "./windows-insides.ts";
import { taskkill } from "./windows-tree.ts";

const GREETING = "\x1b[?9001h\x1b[?1004h";

function open(script: string, habits: Partial<WindowsHabits> = {}) {
  const made: FakeWindowsTerminal[] = [];
  const exit = Promise.withResolvers<PtyExit>();
  const seen = { text: "", drains: 0, exits: 0 };
  const pty = openLikeWindows(
    { greeting: GREETING, flushMs: 100, ...habits },
    made,
  )({
    command: "/bin/sh",
    args: ["-c", script],
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color" },
    cwd: "/",
    cols: 80,
    rows: 24,
    onData(bytes) {
      expect(seen.exits, "output after the exit").toBe(0);
      seen.text += bytes.toString();
    },
    onDrain: () => {
      seen.drains += 1;
    },
    onExit(status) {
      seen.exits += 1;
      exit.resolve(status);
    },
  });
  onTestFinished(() => pty.end());
  const [terminal] = made;
  if (terminal === undefined) throw new Error("no terminal was made");
  return {
    pty,
    terminal,
    seen,
    exit: exit.promise,
    text: (part: string) => vi.waitFor(() => expect(seen.text).toContain(part)),
  };
}

/** The letter of proc_pid_stat(5). */
const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];

it("starts without a descriptor, shows the output and tells the exit code", async () => {
  const { pty, terminal, seen, exit } = open("printf 'h\\303\\251llo'; exit 3");
  expect(pty.pid).toBe(0);
  expect(await exit).toEqual({ code: 3, signal: null });
  expect(seen.text).toBe(`${GREETING}héllo`);
  expect(pty.pid).toBeGreaterThan(1);
  expect("fd" in terminal).toBe(false);
});

it("what is typed and resized before the console is ready arrives once it is, the last size and every key", async () => {
  const { pty, text } = open("read a; stty size; echo got $a");
  pty.write(Buffer.from("ea"));
  pty.resize(90, 30);
  pty.resize(100, 40);
  pty.write(Buffer.from("rly\r"));
  expect(pty.queued).toBe(6);
  await text("40 100\r\ngot early");
});

it("a reader that is paused when the program ends still gets its last output, and then the exit", async () => {
  const { pty, terminal, seen, exit, text } = open("read a; head -c 30000 /dev/zero | tr '\\0' x; printf END", {
    flushMs: 50,
  });
  await text(GREETING);
  pty.write(Buffer.from("\r"));
  pty.pause();
  await vi.waitFor(() => expect(terminal.flushed).toBe(true));
  expect(terminal._agent.exitCode).toBe(0);
  expect(seen.exits).toBe(0);
  pty.resume();
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(seen.text.replaceAll(/[^xEND]/g, "")).toBe(`${"x".repeat(30_000)}END`);
});

it.skipIf(process.platform !== "linux")(
  "a program stops when nobody reads it, and what was printed waits within a bound",
  async () => {
    const { pty, terminal, seen, text } = open("exec yes 0123456789");
    await text("0123456789");
    pty.pause();
    const { length } = seen.text;
    // The kernel's buffer and one of the stream's: then the program waits in its write.
    await vi.waitFor(() => expect(terminal._socket.readableLength).toBeGreaterThan(0));
    await vi.waitFor(() => expect(stateOf(pty.pid)).toBe("S"));
    expect(terminal._socket.readableLength).toBeLessThan(160_000);
    expect(seen.text).toHaveLength(length);
    pty.resume();
    await vi.waitFor(() => expect(seen.text.length).toBeGreaterThan(length + 100_000));
  },
);

it("keys that a program does not read are counted, and it is said when they were taken", async () => {
  const { pty, seen, text } = open("stty raw -echo; echo up; read a < /dev/null; sleep 0.5; cat > /dev/null");
  await text("up");
  const before = seen.drains;
  pty.write(Buffer.alloc(200_000, "k"));
  expect(pty.queued).toBeGreaterThan(100_000);
  expect(seen.drains).toBe(before);
  await vi.waitFor(() => expect(pty.queued).toBe(0));
  expect(seen.drains).toBeGreaterThan(before);
});

it("a resize or a key that comes when the program has just ended harms nothing", async () => {
  const { pty, terminal, exit } = open("exit 0", { flushMs: 300 });
  await vi.waitFor(() => expect(terminal._agent.exitCode).toBe(0));
  pty.resize(100, 40);
  pty.write(Buffer.from("late"));
  terminal._agent.inSocket.destroy(new Error("EPIPE"));
  pty.write(Buffer.from("later"));
  expect(await exit).toEqual({ code: 0, signal: null });
  pty.resize(90, 30);
  pty.write(Buffer.from("last"));
  expect(pty.queued).toBe(0);
});

it("SIGINT is the key Ctrl+C; the others end everything in the terminal and are told as what was asked", async () => {
  const one = open("trap 'echo caught; exit 9' INT; echo up; while :; do sleep 0.05; done");
  await one.text("up");
  one.pty.signal("SIGINT");
  expect(await one.exit).toEqual({ code: 9, signal: null });
  expect(one.seen.text).toContain("caught");

  const two = open("sleep 600 & echo child $!.; wait");
  await two.text(".");
  const child = Number(/child (\d+)\./.exec(two.seen.text)?.[1]);
  two.pty.signal("SIGTERM");
  expect(await two.exit).toEqual({ code: null, signal: "SIGTERM" });
  await vi.waitFor(() => expect(isAlive(child)).toBe(false));
});

it("its end takes every program with it, whether or not anybody reads, and comes once", async () => {
  const { pty, terminal, seen, exit, text } = open("sleep 600 & echo child $!.; yes");
  await text(".");
  const child = Number(/child (\d+)\./.exec(seen.text)?.[1]);
  pty.pause();
  pty.discard();
  const { length } = seen.text;
  await pty.end();
  await exit;
  await vi.waitFor(() => expect([child, pty.pid].map(isAlive)).toEqual([false, false]));
  expect(seen).toMatchObject({ exits: 1 });
  expect(seen.text).toHaveLength(length);
  // Closed also when it ended by itself: node-pty would keep a thread for it.
  expect(terminal.kills.length).toBeGreaterThan(0);
});

it("ended before the console has come, it waits for the process and leaves none behind", async () => {
  const { pty, exit } = open("sleep 600");
  await pty.end();
  expect(await exit).toEqual({ code: null, signal: "SIGKILL" });
  expect(isAlive(pty.pid)).toBe(false);
});

it("a node-pty without these parts is refused at the start, not met as lost output", () => {
  expect(() => windowsInsides({ _socket: {}, _agent: {} })).toThrow(/no longer has the streams/);
});

it("the system's own taskkill is run, never one of PATH", () => {
  expect(taskkill(42, { SystemRoot: "D:\\WINDOWS", PATH: "C:\\evil" })).toEqual({
    command: "D:\\WINDOWS\\System32\\taskkill.exe",
    args: ["/PID", "42", "/T", "/F"],
  });
});
