/** Proves `signalbox run` in a real terminal, with a gateway and a daemon of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { openPty } from "../daemon/terminal/pty/open-pty.ts";
import type { PtyExit } from "../daemon/terminal/pty/pty.ts";

const CLI = fileURLToPath(new URL("../cli.ts", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "signalbox-run-"));
const env = { PATH: process.env.PATH ?? "", HOME: home, SIGNALBOX_HOME: home, TERM: "xterm-256color", CI: "1" };

afterAll(() => {
  spawnSync(process.execPath, [CLI, "stop", "--force", "--home", home]);
});

const signalbox = (...args: string[]) => signalboxIn(env, ...args);

function signalboxIn(env: Record<string, string>, ...args: string[]) {
  let output = "";
  const exit = Promise.withResolvers<PtyExit>();
  const changed: (() => void)[] = [];
  const pty = openPty({
    command: process.execPath,
    args: [CLI, ...args],
    env,
    cwd: tmpdir(),
    cols: 90,
    rows: 20,
    onData(bytes) {
      output += bytes.toString();
      for (const look of changed) look();
    },
    onExit: exit.resolve,
    onDrain() {},
  });
  return {
    pty,
    exit: exit.promise,
    type: (keys: string) => pty.write(Buffer.from(keys)),
    output: () => output,
    until: (text: string) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${text} in ${output}`)), 90_000);
        const look = () => {
          if (!output.includes(text)) return;
          clearTimeout(timer);
          resolve();
        };
        changed.push(look);
        look();
      }),
  };
}

it("shows the program here, with this terminal's size, and ends with its exit code", async () => {
  const { until, type, exit } = signalbox("run", "sh", "--", "-c", "stty size; read x; echo got-$x; exit 5");
  await until("20 90");
  type("word\r");
  // No second return: what the program prints reaches this terminal unchanged.
  await until("word\r\ngot-word\r\n");
  expect(await exit).toEqual({ code: 5, signal: null });
});

it("leaves at ~. and the program goes on", async () => {
  const { until, type, exit, output } = signalbox("run", "cat");
  await until("\x1b[2J");
  type("hello\r");
  await until("hello\r\nhello");
  type("~.");
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(output()).toContain("The session keeps running: signalbox://session/");
});

it("holds no gateway: the app is opened and closed meanwhile, shows it, and it goes on", async () => {
  const here = signalbox("run", "--label", "kept", "cat");
  await here.until("\x1b[2J");
  const app = spawn(process.execPath, [CLI, "serve", "--home", home, "--port", "0", "--no-open", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: app.stdout }), "line");
  const { url, token } = JSON.parse(line);
  const sessions = async () =>
    (await fetch(`${url}/api/v1/sessions`, { headers: { authorization: `Bearer ${token}` } })).json();
  await expect.poll(sessions).toMatchObject({
    sessions: expect.arrayContaining([expect.objectContaining({ label: "kept" })]),
  });
  const ended = once(app, "exit");
  app.kill("SIGTERM");
  await ended;
  here.type("still here\r");
  await here.until("still here\r\nstill here");
  here.type("\u0004");
  expect(await here.exit).toEqual({ code: 0, signal: null });
});

it("says what is wrong where the person looks", async () => {
  const missing = signalbox("run", "no-such-program-here");
  expect(await missing.exit).toEqual({ code: 1, signal: null });
  expect(missing.output()).toContain("`no-such-program-here` wasn't found on PATH.");
  const piped = spawnSync(process.execPath, [CLI, "run", "cat"], { env, encoding: "utf8" });
  expect(piped.status).toBe(1);
  expect(piped.stderr).toContain("needs a terminal");
});

it("runs in the environment of its shell, of which nothing is kept or written down, and a restart does so too", async () => {
  // The daemon is there since an earlier login, with another environment.
  const earlier = signalboxIn({ ...env, EARLIER: "1", SSH_AUTH_SOCK: "/old" }, "run", "true");
  expect((await earlier.exit).code).toBe(0);
  const secret = `canary-${Math.random()}`;
  const mine = {
    ...env,
    PATH: "/venv/bin:/usr/bin:/bin",
    SSH_AUTH_SOCK: "/new",
    MY_API_KEY: secret,
    LANG: "de_DE.UTF-8",
    EMPTY: "",
    ODD: "a\nb=c ü",
    SIGNALBOX_MCP_TOKEN: "of-another-session",
    NODE_OPTIONS: "--no-warnings",
    TMUX: "/tmp/tmux",
  };
  const told = join(home, "told");
  const shown = ["PATH", "SSH_AUTH_SOCK", "MY_API_KEY", "LANG", "EMPTY", "ODD", "EARLIER", "NODE_OPTIONS", "TMUX"];
  const show = `const e = process.env; require("fs").appendFileSync(${JSON.stringify(told)}, JSON.stringify([
    ...${JSON.stringify(shown)}.map((name) => name === "MY_API_KEY" ? e[name].length : e[name] ?? null),
    e.SIGNALBOX_MCP_TOKEN !== "of-another-session"]) + "\\n"); console.log("shown", e.MY_API_KEY)`;
  const first = signalboxIn(mine, "run", "--label", "environment", process.execPath, "--", "-e", show);
  expect((await first.exit).code).toBe(0);

  const app = spawn(process.execPath, [CLI, "serve", "--home", home, "--port", "0", "--no-open", "--json"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: app.stdout }), "line");
  const { url, token } = JSON.parse(line);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`, { headers })).json()) as {
    sessions: { id: string; label: string }[];
  };
  const id = sessions.find(({ label }) => label === "environment")?.id ?? "";
  const again = await fetch(`${url}/api/v1/sessions/${id}/restart`, { method: "POST", headers, body: "{}" });
  expect(again.status).toBe(200);
  const seen = [mine.PATH, "/new", secret.length, "de_DE.UTF-8", "", "a\nb=c ü", null, null, null, true];
  await vi.waitFor(() =>
    expect(
      readFileSync(told, "utf8")
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text)),
    ).toEqual([seen, seen]),
  );
  const ended = once(app, "exit");
  app.kill("SIGTERM");
  await ended;
  for (const file of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name)).includes(secret), file.name).toBe(false);
  }
});

const FULL = String.raw`stty raw -echo; trap "" HUP; head -c 2 > /dev/null; printf '\033[>1u\033[>4;2m\033[?2031h\033[?1049h\033[?1003h\033[?2004h\033[?25l\033[5 q\033]11;#123456\007\033]0;x\007UI-'; printf ready; cat`;
/** It prints once this terminal shows it: a snapshot of what came before would carry less. */
async function full(end = "cat") {
  const run = signalbox(
    "run",
    "sh",
    "--",
    "-c",
    FULL.replace(/cat$/, () => end),
  );
  await run.until("\x1b[2J");
  // A return, so that `~.` stands at the beginning of a line.
  run.type("g\r");
  await run.until("UI-ready");
  return run;
}
const GIVEN_BACK = [
  "\x1b[<1u",
  "\x1b[>4m",
  "2031",
  "?1049l",
  "1003",
  "2004",
  "25",
  "\x1b[0 q",
  "\x1b]111",
  "\x1b[23;0t",
];

it.each<[string, leave: (run: ReturnType<typeof signalbox>) => void, exit: object]>([
  ["~.", ({ type }) => type("~."), { code: 0, signal: null }],
  ["SIGTERM", ({ pty }) => process.kill(pty.pid, "SIGTERM"), { code: 143, signal: null }],
  ["SIGHUP", ({ pty }) => process.kill(pty.pid, "SIGHUP"), { code: 129, signal: null }],
  ["SIGINT", ({ pty }) => process.kill(pty.pid, "SIGINT"), { code: 130, signal: null }],
])("leaving by %s gives the terminal back as it was, each mode once", async (_how, leave, exit) => {
  const run = await full();
  const before = run.output().length;
  leave(run);
  expect(await run.exit).toEqual(exit);
  // The session's id in the link may have any digits.
  const after = run
    .output()
    .slice(before)
    .replace(/signalbox:\S+/, "");
  for (const part of GIVEN_BACK) expect(after.split(part).length, JSON.stringify(part)).toBe(2);
  expect(after).toContain("The session keeps running");
});

it("a daemon that is gone, and a program that was killed, leave the terminal as it was too", async () => {
  const killed = await full("kill -9 $$");
  expect(await killed.exit).toEqual({ code: 137, signal: null });
  expect(killed.output().split("UI-ready").at(-1)).toContain("?1049l");

  const run = await full();
  process.kill(JSON.parse(readFileSync(join(home, "mcp.json"), "utf8")).pid, "SIGKILL");
  expect(await run.exit).toEqual({ code: 1, signal: null });
  expect(run.output().split("UI-ready").at(-1)).toMatch(/\?1049l[\s\S]*The terminal was lost/);
});

it.skipIf(process.platform === "win32")(
  "stopped and continued: the terminal is its shell's meanwhile, and shows the program again",
  async () => {
    const run = await full();
    process.kill(run.pty.pid, "SIGTSTP");
    await run.until("\x1b[?1049l");
    await vi.waitFor(() => expect(readFileSync(`/proc/${run.pty.pid}/stat`, "utf8")).toMatch(/\) T /));
    const before = run.output().length;
    process.kill(run.pty.pid, "SIGCONT");
    await vi.waitFor(() => expect(run.output().slice(before)).toMatch(/2J[\s\S]*UI-ready/));
    await vi.waitFor(() => expect(run.output().slice(before)).toContain("2031"));
    run.type("typed");
    await vi.waitFor(() => expect(run.output().slice(before)).toContain("typed"));
    const left = run.output().length;
    run.type("\r~.");
    expect(await run.exit).toEqual({ code: 0, signal: null });
    expect(run.output().slice(left)).toContain("?1049l");
  },
);
