/** Proves a terminal's life with real programs and real PTYs: its start, its environment, its end. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { house } from "../../../test/support/house-of-terminals.ts";

import { readRecording } from "../../home/recording/read-recording.ts";

const descriptors = () => readdirSync("/proc/self/fd").length;

it("shows what a program prints and lets a person type", async () => {
  const { start, connect } = await house();
  expect(start("a", "cat").ok).toBe(true);
  const viewer = await connect("a", { cols: 100, rows: 30 });
  expect(await viewer.frame("ready")).toMatchObject({ cols: 100, rows: 30 });
  await viewer.frame("snapshot");
  viewer.type("hello\r");
  await viewer.text(/hello\r\nhello\r\n/);
});

it("P24: every byte of a program that prints 20 KB and exits comes, and then its exit", async () => {
  const { start, connect, terminals } = await house();
  const script = "head -c 20000 /dev/zero | tr '\\0' x; printf END; exit 3";
  const runs = process.env.SIGNALBOX_LONG ? 300 : 30;
  for (let run = 0; run < runs; run += 1) {
    expect(start(`r${run}`, "sh", ["-c", `read go; ${script}`]).ok).toBe(true);
    const viewer = await connect(`r${run}`);
    await viewer.frame("snapshot");
    viewer.type("\r");
    const exit = await viewer.frame("exit");
    expect(exit).toEqual({ type: "exit", code: 3, signal: null });
    expect(viewer.received.at(-1)).toBe(exit);
    expect(viewer.live().toString().replace(/\s/g, "")).toBe(`${"x".repeat(20_000)}END`);
    await viewer.close();
    await terminals.end(`r${run}`);
  }
});

it("says what cannot be started, and why", async () => {
  const { start } = await house();
  const code = (result: ReturnType<typeof start>) => (result.ok ? "" : result.fault.code);
  expect(code(start("a", "no-such-program-here"))).toBe("command-not-found");
  expect(code(start("a", "/tmp"))).toBe("command-not-found");
  expect(code(start("a", "cat", [], { cwd: "/no/such/folder" }))).toBe("no-such-folder");
  expect(code(start("a", "cat", [], { cwd: "/etc/passwd" }))).toBe("no-such-folder");
  expect(code(start("a", "cat", ["a\0b"]))).toBe("terminal-failed");
  expect(start("a", "cat").ok).toBe(true);
  expect(code(start("a", "cat"))).toBe("terminal-running");
});

it("tells the signal that ended a program", async () => {
  const { start, connect } = await house();
  start("a", "sleep", ["100"]);
  const viewer = await connect("a");
  viewer.send({ type: "kill", signal: "SIGTERM" });
  expect(await viewer.frame("exit")).toEqual({ type: "exit", code: null, signal: "SIGTERM" });
});

it("a viewer may come after the exit, and the same program may be started again in place", async () => {
  const { start, connect, terminals } = await house();
  start("a", "sh", ["-c", "printf '\\033[?25l\\033[31mrun '; exit 5"]);
  const first = await connect("a");
  await first.frame("exit");
  const late = await connect("a");
  expect(await late.frame("exit")).toMatchObject({ code: 5 });
  await late.text("run ");
  const before = terminals.offset("a");
  expect(terminals.start("a", { restart: true })).toMatchObject({ ok: true, value: { state: "running" } });
  await late.until(() => late.frames("exit").length === 2, "a second exit");
  expect(late.frames("ready")).toHaveLength(2);
  expect(late.live().toString()).toMatch(/\[!p.*run $/s);
  expect(terminals.offset("a")).toBeGreaterThan(before + 4);
  expect(terminals.start("none", { restart: true }).ok).toBe(false);
  // With another command it is the same terminal too.
  expect(start("a", "sh", ["-c", "echo other; read x"], { cols: 90, rows: 30 }).ok).toBe(true);
  await late.text("other");
  expect(late.frames("ready")).toHaveLength(3);
  expect(late.socket.readyState).toBe(late.socket.OPEN);
});

it("ends a program with everything that it started, also what ignores the hang-up", async () => {
  const { start, connect, terminals } = await house();
  const mark = `7${process.pid}${Math.floor(performance.now())}`;
  const running = () => {
    try {
      return execFileSync("pgrep", ["-f", `sleep ${mark}`], { encoding: "utf8" })
        .trim()
        .split("\n").length;
    } catch {
      return 0;
    }
  };
  // The program itself, a job in a group of its own, and one that ignores the hang-up; each has the mark in its arguments.
  start("a", "bash", ["-c", `set -m; sleep ${mark} & (trap '' HUP TERM; exec sleep ${mark}) & echo up; wait`]);
  const viewer = await connect("a");
  await viewer.text("up");
  await vi.waitFor(() => expect(running()).toBe(3));
  await terminals.end("a");
  await vi.waitFor(() => expect(running()).toBe(0));
  expect(await viewer.closed).toMatchObject({ code: 4004 });
  expect(terminals.info("a")).toBeNull();
});

it("a program's exit shows although something that it left behind still holds the terminal", async () => {
  const { start, connect } = await house();
  start("a", "sh", ["-c", "trap '' HUP; sleep 60 & printf bye; exit 4"]);
  const viewer = await connect("a");
  expect(await viewer.frame("exit")).toMatchObject({ code: 4 });
  await viewer.text("bye");
});

it("a program that closes its terminal before it ends is not hung up: its own exit code shows", async () => {
  const { start, connect } = await house();
  start("a", "sh", ["-c", "printf bye; exec 0<&- 1>&- 2>&-; sleep 0.3; exit 5"]);
  const viewer = await connect("a");
  expect(await viewer.frame("exit")).toEqual({ type: "exit", code: 5, signal: null });
  await viewer.text("bye");
});

it("input that a program does not read stops neither the daemon nor another terminal", async () => {
  const { start, connect, terminals } = await house();
  start("deaf", "sh", ["-c", "stty raw -echo; echo up; exec sleep 60"]);
  start("cat", "cat");
  const deaf = await connect("deaf");
  await deaf.text("up");
  for (let n = 0; n < 8; n += 1) deaf.type("x".repeat(500_000));
  const other = await connect("cat");
  other.type("alive\r");
  await other.text(/alive\r\nalive/);
  await terminals.end("deaf");
});

it("a long paste arrives whole", async () => {
  const { start, connect } = await house();
  start("a", "sh", ["-c", "stty raw -echo; printf up; head -c 1000000 | sha256sum; exit"]);
  const viewer = await connect("a");
  await viewer.text("up");
  viewer.type("0123456789".repeat(100_000));
  const { createHash } = await import("node:crypto");
  await viewer.text(createHash("sha256").update("0123456789".repeat(100_000)).digest("hex"));
});

it("a folder that is removed while a program runs in it hurts nobody", async () => {
  const { start, connect } = await house();
  const cwd = mkdtempSync(join(tmpdir(), "signalbox-cwd-"));
  mkdirSync(join(cwd, "inner"));
  start("a", "sh", ["-c", "echo up; exec cat"], { cwd: join(cwd, "inner") });
  const viewer = await connect("a");
  // It is there only now: a process first begins, then goes to its folder.
  await viewer.text("up");
  rmSync(cwd, { recursive: true });
  viewer.type("here\r");
  await viewer.text("here\r\nhere");
});

it("A28: arguments reach the program as they are, without a shell", async () => {
  const { start, connect } = await house();
  const args = ["-n", "--", "$(touch /tmp/signalbox-owned)", "; rm -rf /", "`id`", "a b", "", "*", "'\"\\", "é\n"];
  start("a", "node", ["-e", "console.log(JSON.stringify(process.argv.slice(1)))", "--", ...args], {
    env: { PATH: process.env.PATH ?? "" },
  });
  const viewer = await connect("a", { cols: 500, rows: 24 });
  await viewer.frame("exit");
  await viewer.text(JSON.stringify(args));
});

it("A28: a program gets the person's environment and nothing of ours but what its session needs", async () => {
  const { start, connect } = await house({
    ...process.env,
    SIGNALBOX_HOME: "/x",
    SIGNALBOX_TOKEN: "canary-1",
    SIGNALBOX_MCP_TOKEN: "canary-2",
    NODE_OPTIONS: "--require /tmp/canary-3",
    ELECTRON_RUN_AS_NODE: "1",
    npm_config_cache: "canary-4",
    CLAUDECODE: "1",
    TMUX: "canary-5",
    MINE: "kept",
  });
  start("a", "env", [], { env: { SIGNALBOX_SESSION_ID: "s-1", MINE2: "$HOME", HOME: null, EMPTY: "" } });
  const viewer = await connect("a", { cols: 500, rows: 24 });
  await viewer.frame("exit");
  const text = await viewer.screenText();
  const env = Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(text).not.toContain("canary");
  expect(env).toMatchObject({
    MINE: "kept",
    MINE2: "$HOME",
    EMPTY: "",
    SIGNALBOX_SESSION_ID: "s-1",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    TERM_PROGRAM: "Signalbox",
  });
  for (const name of ["NODE_OPTIONS", "ELECTRON_RUN_AS_NODE", "CLAUDECODE", "HOME", "SIGNALBOX_HOME"]) {
    expect(env).not.toHaveProperty(name);
  }
});

it("a program inherits no descriptor of ours", async () => {
  const { start, connect } = await house();
  for (let n = 0; n < 3; n += 1) start(`other${n}`, "cat");
  start("a", "ls", ["/proc/self/fd"]);
  const viewer = await connect("a");
  await viewer.frame("exit");
  // 0, 1, 2 and the folder that ls reads; a pipe of the machine that runs the test may be above.
  const own = (await viewer.screenText()).trim().split(/\s+/).map(Number);
  expect(own.filter((fd) => fd < 100).sort()).toEqual([0, 1, 2, 3]);
});

it("terminals that are opened and closed leave no descriptor behind", async () => {
  const { start, connect, terminals } = await house();
  const cycle = async (n: number) => {
    expect(start(`s${n}`, "sh", ["-c", "echo hi; read x"]).ok).toBe(true);
    const viewer = await connect(`s${n}`);
    await viewer.text("hi");
    await terminals.end(`s${n}`);
    await viewer.closed;
  };
  await cycle(0);
  const before = descriptors();
  const count = process.env.SIGNALBOX_LONG ? 500 : 50;
  for (let n = 1; n <= count; n += 5) await Promise.all([0, 1, 2, 3, 4].map((k) => cycle(n + k)));
  await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before));
});

it("garbage, endless titles and lines of a million columns are only shown, bounded", async () => {
  const { start, connect, terminals } = await house();
  const script = [
    "head -c 3000000 /dev/urandom",
    "printf '\\033[0m\\033c\\033]2;'; head -c 20000000 /dev/zero | tr '\\0' t; printf '\\007'",
    "head -c 1000000 /dev/zero | tr '\\0' w",
    "i=0; while [ $i -lt 2000 ]; do printf '\\033]2;title %d\\007\\007' $i; i=$((i+1)); done",
    "printf '\\033]9;done\\007THE-%s' END; exec cat",
  ];
  start("a", "sh", ["-c", `stty -echo raw; read x; ${script.join("; ")}`]);
  const viewer = await connect("a", { keep: false, cols: 80, rows: 24 });
  let tail = "";
  const onBytes = (bytes: Buffer) => {
    tail = tail.slice(-10) + bytes.toString("latin1");
  };
  const watch = await connect("a", { keep: false, onBytes });
  await watch.frame("snapshot");
  viewer.type("\n");
  await watch.until(() => tail.includes("THE-END"), "the end");
  const late = await connect("a");
  expect((await late.frame("snapshot")).data).toContain("THE-END");
  await vi.waitFor(() => expect(terminals.info("a")?.title).toBe("title 1999"));
  await vi.waitFor(() => expect(terminals.info("a")?.attention_reason).toBe("the terminal says: done"));
  viewer.type("x");
  await vi.waitFor(() => expect(terminals.info("a")?.attention).toBe(false));
});

it("A7: records what a terminal shows, without the session's secret, unless it is told not to", async () => {
  const recordings = mkdtempSync(join(tmpdir(), "signalbox-recordings-"));
  const { start, connect, terminals } = await house(process.env, recordings);
  const env = { SIGNALBOX_MCP_TOKEN: "canary-0123456789" };
  start("a", "sh", ["-c", "env | grep ^SIGNALBOX_MCP_; printf done; exec sleep 60"], { env });
  start("b", "sh", ["-c", "printf done; exec sleep 60"], { record: false });
  for (const session of ["a", "b"]) await (await connect(session)).text("done");
  await Promise.all([terminals.end("a"), terminals.end("b")]);
  const recorded = Array.from(readRecording(recordings, "a"), ({ read }) => read(0, 10_000).toString()).join("");
  expect(recorded).toBe(`SIGNALBOX_MCP_TOKEN=${"*".repeat(17)}\r\ndone`);
  expect(readdirSync(recordings)).toEqual(["a"]);
});

it("stops a program by SIGTERM, kills one that ignores it, and keeps its screen to start it again", async () => {
  const { start, connect, terminals } = await house();
  start("a", "sleep", ["100"]);
  expect(await terminals.stop("a")).toEqual({ by: "SIGTERM" });
  expect(await terminals.stop("a")).toEqual({ by: null });
  expect(terminals.info("a")).toMatchObject({ state: "exited", signal: "SIGTERM" });
  expect(await terminals.stop("b")).toBeUndefined();
  start("c", "sh", ["-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"]);
  const viewer = await connect("c");
  await viewer.text(/deaf/);
  expect(await terminals.stop("c")).toEqual({ by: "SIGKILL" });
  expect(start("c", "cat").ok).toBe(true);
});
