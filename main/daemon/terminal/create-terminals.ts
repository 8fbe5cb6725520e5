/** Owns the composition of the daemon's terminals: one at most for each session, and one thread for all their screens. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StartTerminalRequest, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import { isSecretKey } from "../../../shared/text/redact.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import type { Log } from "../../home/create-log.ts";
import { recordingFolder } from "../../home/recording/read-recording.ts";
import { VERSION } from "../../home/version.ts";
import { childEnvironment } from "./child-environment.ts";
import { prepareStart } from "./prepare-start.ts";
import { createRecording, type Recording } from "./recording.ts";
import { createScreens } from "./screens.ts";
import { createTerminal, type Terminal } from "./terminal.ts";
import type { Terminals } from "./terminals.ts";
import type { Size } from "./viewers.ts";

type Program = Exclude<StartTerminalRequest, { restart: true }>;

const now = () => performance.now();

export interface CreateTerminalsOptions {
  /** A terminal's info is not what it was: started, exited, resized, titled, wants attention. */
  onChange(session: string): void;
  log: Log;
  /** The home folder's `recordings`; nothing is recorded when absent. */
  recordings?: string;
  /** What programs inherit, before it is cleaned; this process's own by default. */
  env?: NodeJS.ProcessEnv;
}

export function createTerminals(options: CreateTerminalsOptions): Terminals {
  const { log } = options;
  let base = options.env ?? process.env;
  // Asked once, and only when no terminal started us; a session in the first moments goes without.
  void loginEnvironment(base).then((login) => {
    base = login;
  });
  const terminals = new Map<string, Terminal>();
  const screens = createScreens(log);
  const program = { version: VERSION, programFolder: programFolder() };

  /** Masked in it: what the session's environment calls a secret. */
  function record(session: string, request: Program, size: Size): Recording | undefined {
    if (options.recordings === undefined || request.record === false) return undefined;
    const folder = recordingFolder(options.recordings, session);
    if (folder === undefined) return undefined;
    const secrets = Object.entries(request.env).flatMap(([name, value]) =>
      value !== null && isSecretKey(name) ? [value] : [],
    );
    return createRecording({ folder, size, secrets, now, log });
  }

  function restart(session: string): Result<TerminalInfo> {
    const terminal = terminals.get(session);
    if (terminal === undefined) return failed("terminal-failed", "There is no terminal to start again.");
    if (terminal.info().state === "running") return stillRunning();
    return attempt(() => {
      terminal.restart();
      return terminal;
    });
  }

  function attempt(start: () => Terminal): Result<TerminalInfo> {
    try {
      return ok(start().info());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ error }, "a terminal could not be started");
      return failed("terminal-failed", `Couldn't start a terminal: ${reason}`);
    }
  }

  return {
    start(session, request: StartTerminalRequest) {
      if ("restart" in request) return restart(session);
      const before = terminals.get(session);
      if (before?.info().state === "running") return stillRunning();
      const env = childEnvironment(base, request.env, program);
      const launch = prepareStart(request.command, request.args, request.cwd, env);
      if (!launch.ok) return launch;
      const size = { cols: request.cols, rows: request.rows };
      const started = attempt(() => {
        if (before !== undefined) {
          before.restart(launch.value, size);
          return before;
        }
        const terminal = createTerminal({
          launch: launch.value,
          size,
          screens,
          recording: record(session, request, size),
          onChange: () => options.onChange(session),
          onColours: screens.colours,
          now,
        });
        terminals.set(session, terminal);
        return terminal;
      });
      if (started.ok) options.onChange(session);
      return started;
    },
    info: (session) => terminals.get(session)?.info() ?? null,
    offset: (session) => terminals.get(session)?.offset() ?? 0,
    attach(session, socket, attach) {
      const terminal = terminals.get(session);
      if (terminal === undefined) {
        socket.close(CLOSE.noSuchSession, "no such session");
        return;
      }
      const { cols, rows, watches = false } = attach;
      terminal.attach(socket, cols === undefined || rows === undefined ? undefined : { cols, rows }, !watches);
    },
    async end(session) {
      const terminal = terminals.get(session);
      terminals.delete(session);
      await terminal?.end();
    },
    async dispose() {
      const all = [...terminals.values()];
      terminals.clear();
      await Promise.all(all.map((terminal) => terminal.end()));
      await screens.dispose();
    },
  };
}

const stillRunning = () =>
  failed("terminal-running", "This session's program still runs.", "End it first, or open its terminal.");

/** The folder that has our node_modules: the checkout, or wherever the built files were installed. */
function programFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
