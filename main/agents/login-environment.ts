/** Owns the environment that the person's login shell would give, for a program that was started from a dock. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { afterRunning } from "../home/running-time.ts";

const LIMIT_MS = 3_000;
const OUTPUT_BYTES = 1024 * 1024;

let resolved: Promise<NodeJS.ProcessEnv> | undefined;

/**
 * `env` itself when a terminal started us (it has TERM): it already is what the person's shell made. Otherwise what the
 * login shell prints, asked once per process and given 3 s; `env` when it does not answer.
 */
export function loginEnvironment(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env.TERM !== undefined || process.platform === "win32") return Promise.resolve(env);
  resolved ??= askLoginShell(env);
  return resolved;
}

/** Runs the shell as a login and interactive one, which is where people set PATH, and reads its variables. */
export function askLoginShell(env: NodeJS.ProcessEnv, limitMs = LIMIT_MS): Promise<NodeJS.ProcessEnv> {
  const shell = env.SHELL ?? "/bin/sh";
  // Whatever the profile prints stands outside the marks.
  const mark = randomUUID();
  const script = `printf '%s' '${mark}'; env -0; printf '%s' '${mark}'`;
  return new Promise((resolve) => {
    const options = { env: { ...env, TERM: "dumb" }, maxBuffer: OUTPUT_BYTES, killSignal: "SIGKILL" } as const;
    const child = execFile(shell, ["-ilc", script], options, (_error, stdout) => {
      clearInterval(late);
      const [, variables] = stdout.split(mark);
      resolve(variables === undefined ? env : { ...env, ...parseVariables(variables) });
    });
    const late = afterRunning(limitMs, () => child.kill("SIGKILL"));
    child.stdin?.end();
  });
}

/** Reads `env -0`. What belongs to the asking shell itself is left out. */
export function parseVariables(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const entry of text.split("\0")) {
    const at = entry.indexOf("=");
    const name = entry.slice(0, at);
    if (at > 0 && !OF_THE_SHELL.has(name)) variables[name] = entry.slice(at + 1);
  }
  return variables;
}

const OF_THE_SHELL = new Set(["_", "SHLVL", "PWD", "OLDPWD", "TERM"]);
