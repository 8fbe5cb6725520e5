/** Composes the daemon's terminals: one at most for each session, and one thread for all their screens. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StartTerminalRequest, TerminalInfo } from "../../../shared/protocol/daemon-api.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { CLOSE } from "../../../shared/protocol/wire.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { isSecretKey, redactText } from "../../../shared/text/redact.ts";
import { loginEnvironment } from "../../agents/login-environment.ts";
import type { Log } from "../../home/create-log.ts";
import { recordingFolder } from "../../home/recording/read-recording.ts";
import { VERSION } from "../../home/version.ts";
import { childEnvironment } from "./pty/child-environment.ts";
import { LAST_GRACE_MS } from "./pty/end-program.ts";
import { openPty } from "./pty/open-pty.ts";
import { prepareStart } from "./pty/prepare-start.ts";
import type { OpenPty } from "./pty/pty.ts";
import { createRecording, type Recording } from "./recording.ts";
import { createScreens } from "./screen/screens.ts";
import { createTerminal, type Terminal } from "./terminal.ts";
import type { Terminals } from "./terminals.ts";
import type { Size } from "./viewers/viewers.ts";

type Program = Exclude<StartTerminalRequest, { restart: true }>;

const now = () => performance.now();

export interface CreateTerminalsOptions {
  /** A terminal's info is not what it was: started, exited, resized, titled, wants attention. */
  onChange(session: string): void;
  log: Log;
  /** The home folder's `recordings`; nothing is recorded when absent. */
  recordings?: string;
  /** Values that must stand in no recording and no title. */
  secrets?: () => readonly string[];
  /** What programs inherit, before it is cleaned; this process's own by default. */
  env?: NodeJS.ProcessEnv;
  /** Starts a program; this platform's way by default. */
  openPty?: OpenPty;
}

export function createTerminals(options: CreateTerminalsOptions): Terminals {
  const { log } = options;
  let base = options.env ?? process.env;
  // Asked once, and only when no terminal started us.
  const prepared = loginEnvironment(base).then((login) => {
    base = login;
  });
  const terminals = new Map<string, Terminal>();
  /** Their sessions are closed, their programs may still run. */
  const leaving = new Set<Terminal>();
  /** What the shell had from which a session was started; of sessions that are there. */
  const shells = new Map<string, Record<string, string>>();
  const screens = createScreens(log);
  const program = { version: VERSION, programFolder: programFolder() };

  /** Masked in it: all secrets that the daemon knows, and what the session's environment calls one. */
  function record(
    session: string,
    request: Program,
    env: Readonly<Record<string, string>>,
    size: Size,
  ): Recording | undefined {
    if (options.recordings === undefined || request.record === false) return undefined;
    const folder = recordingFolder(options.recordings, session);
    if (folder === undefined) return undefined;
    const own = Object.entries(env).flatMap(([name, value]) => (isSecretKey(name) ? [value] : []));
    const known = options.secrets ?? (() => []);
    const secrets = () => {
      const all = known();
      const more = own.filter((value) => !all.includes(value));
      return more.length === 0 ? all : [...more, ...all];
    };
    return createRecording({ folder, size, secrets, now, log });
  }

  /** A title and a notice are what the program says, and are told to all who watch. */
  function shown(info: TerminalInfo | undefined): TerminalInfo | null {
    if (info === undefined) return null;
    const secrets = options.secrets?.() ?? [];
    const { title, attention_reason: reason } = info;
    return {
      ...info,
      title: redactText(title, secrets),
      ...(reason !== undefined && { attention_reason: redactText(reason, secrets) }),
    };
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
      const reason = reasonOf(error);
      log.warn({ error }, "a terminal could not be started");
      return failed("terminal-failed", `Couldn't start a terminal: ${reason}`);
    }
  }

  return {
    prepared,
    start(session, request: StartTerminalRequest) {
      if ("restart" in request) return restart(session);
      const before = terminals.get(session);
      if (before?.info().state === "running") return stillRunning();
      const { shell_env: shell = shells.get(session) } = request;
      if (shell !== undefined) shells.set(session, shell);
      const env = childEnvironment(shell ?? request.app_env ?? base, request.env, {
        ...program,
        shell: shell !== undefined,
      });
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
          openPty: options.openPty ?? openPty,
          recording: record(session, request, env, size),
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
    info: (session) => shown(terminals.get(session)?.info()),
    offset: (session) => terminals.get(session)?.offset() ?? 0,
    mark: (session) => terminals.get(session)?.mark() ?? 0,
    attach(session, socket, attach) {
      const terminal = terminals.get(session);
      if (terminal === undefined) {
        socket.close(CLOSE.noSuchSession, "no such session");
        return;
      }
      const { cols, rows, watches = false } = attach;
      terminal.attach(socket, cols === undefined || rows === undefined ? undefined : { cols, rows }, !watches);
    },
    async stop(session) {
      const terminal = terminals.get(session);
      return terminal === undefined ? undefined : { by: await terminal.stop() };
    },
    async read(session, lines) {
      const shown = await terminals.get(session)?.read(lines);
      return shown && { ...shown, text: redactText(shown.text, options.secrets?.() ?? []) };
    },
    type: async (session, request) =>
      terminals.get(session)?.type(request) ?? failed("no-terminal", "This session has no terminal."),
    async end(session) {
      const terminal = terminals.get(session);
      terminals.delete(session);
      shells.delete(session);
      if (terminal === undefined) return;
      leaving.add(terminal);
      await terminal.end();
      leaving.delete(terminal);
    },
    async dispose() {
      const all = [...terminals.values(), ...leaving];
      terminals.clear();
      await Promise.all(all.map((terminal) => terminal.end(LAST_GRACE_MS)));
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
