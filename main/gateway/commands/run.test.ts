/** Owns the proof of `signalbox run` in a real terminal, with a gateway and a daemon of its own. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { openPty, type PtyExit } from "../../daemon/terminal/pty-process.ts";

const CLI = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "signalbox-run-"));
const env = { PATH: process.env.PATH ?? "", HOME: home, SIGNALBOX_HOME: home, TERM: "xterm-256color", CI: "1" };

afterAll(() => {
  spawnSync(process.execPath, [CLI, "stop", "--force", "--home", home]);
});

function signalbox(...args: string[]) {
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
  expect(output()).toContain("The session goes on: signalbox://session/");
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
