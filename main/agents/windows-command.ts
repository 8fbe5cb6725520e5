/** How a program is run on Windows: batch files, which most tools of npm are there, need a shell and its quoting. */
import { readFileSync } from "node:fs";
import { basename } from "node:path/win32";
import { variable } from "./variable.ts";

export interface WindowsCommand {
  file: string;
  /** A string is a command line that is already quoted. */
  args: string[] | string;
}

export const BATCH = /\.(?:cmd|bat)$/i;
/** https://www.robvanderwoude.com/escapechars.php */
const META = /[()\][%!^"`<>&|;, *?]/g;

/**
 * A `.cmd` or `.bat` runs in the system's command interpreter, with every argument quoted so that nothing in it is read as a command.
 * (cross-spawn does the same, for `child_process` only.) A `.ps1` runs in PowerShell. Everything else runs as it is.
 */
export function windowsCommand(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, "utf8"),
): WindowsCommand {
  if (/\.ps1$/i.test(program)) return { file: "powershell.exe", args: ["-NoLogo", "-File", program, ...args] };
  if (!BATCH.test(program)) return { file: program, args: [...args] };
  const twice = handsOn(program, readText);
  const line = [program.replace(META, "^$&"), ...args.map((arg) => quote(arg, twice))].join(" ");
  return { file: interpreter(env), args: `/d /s /c "${line}"` };
}

/** npm's shims, as many a batch file, hand `%*` to a second command line, which would read what the first has unquoted. */
function handsOn(program: string, readText: (path: string) => string): boolean {
  try {
    return readText(program).includes("%*");
  } catch {
    return true;
  }
}

/** Windows' own command interpreter. `ComSpec` is believed only when it names that program. */
export function interpreter(env: Readonly<Record<string, string | undefined>>): string {
  const named = variable(env, "ComSpec", "win32");
  return named !== undefined && basename(named).toLowerCase() === "cmd.exe" ? named : "cmd.exe";
}

/** https://qntm.org/cmd: first as a program reads its arguments, then as the interpreter reads its line. */
function quote(argument: string, twice: boolean): string {
  // Backslashes before a quote, and at the end, count double. The lookahead keeps a long run of them from costing its square.
  const plain = argument.replace(/(?=(\\+?)?)\1"/g, '$1$1\\"').replace(/(?=(\\+?)?)\1$/, "$1$1");
  const once = `"${plain}"`.replace(META, "^$&");
  return twice ? once.replace(META, "^$&") : once;
}
