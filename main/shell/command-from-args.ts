/** Tells whether a start of the desktop program means the command line: a package's program is on the PATH as `signalbox`. */

/** What `signalbox --help` lists, and the two options that a command line answers at once. */
export const COMMANDS: ReadonlySet<string> = new Set([
  "serve",
  "daemon",
  "stop",
  "run",
  "ls",
  "status",
  "new",
  "send",
  "resume",
  "read",
  "wait",
  "client",
  "cluster",
  "inbox",
  "answer",
  "doctor",
  "export",
  "open",
  "preview",
  "help",
  "--help",
  "-h",
  "--version",
  "-V",
]);

/** The arguments of the command, or undefined where the window is meant. Only the first argument can name one. */
export function commandFromArgs(args: readonly string[]): readonly string[] | undefined {
  return args[0] !== undefined && COMMANDS.has(args[0]) ? args : undefined;
}
