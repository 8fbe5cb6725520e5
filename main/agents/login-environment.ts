/** Asks the person's login shell for its environment, for a program that was started from a dock. */
import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { askProgram } from "../home/child-end.ts";
import { certificatesOfWindows, EXTRA_CERTIFICATES, knownCertificates } from "../home/extra-certificates.ts";

const LIMIT_MS = 3_000;
const OUTPUT_BYTES = 1024 * 1024;

let resolved: Promise<NodeJS.ProcessEnv> | undefined;
let ofWindows: Promise<string | undefined> | undefined;

/**
 * `env` itself when a terminal started us (it has TERM): it already is what the person's shell made. Otherwise what the
 * login shell prints, asked once per process and given 3 s; `env` when it does not answer. In a packaged app it is completed, however it
 * was started, by the certificates that Electron has removed (`extra-certificates.ts`): those it was started with, else the login shell's
 * or, on Windows, the registry's.
 */
export async function loginEnvironment(
  env: NodeJS.ProcessEnv,
  packaged = process.versions.electron !== undefined,
  started?: () => string | undefined,
): Promise<NodeJS.ProcessEnv> {
  const known = packaged ? knownCertificates(env, started) : env[EXTRA_CERTIFICATES];
  const own = known === undefined || known === env[EXTRA_CERTIFICATES] ? env : { ...env, [EXTRA_CERTIFICATES]: known };
  const missing = packaged && known === undefined;
  if (process.platform === "win32") {
    if (!missing) return own;
    ofWindows ??= certificatesOfWindows(env);
    const found = await ofWindows;
    return found === undefined ? own : { ...own, [EXTRA_CERTIFICATES]: found };
  }
  if (env.TERM !== undefined && !missing) return own;
  resolved ??= askLoginShell(own);
  const login = await resolved;
  if (env.TERM === undefined) return login;
  const found = login[EXTRA_CERTIFICATES];
  return found === undefined ? own : { ...own, [EXTRA_CERTIFICATES]: found };
}

/** Runs the shell as a login and interactive one, which is where people set PATH, and reads its variables. */
export async function askLoginShell(env: NodeJS.ProcessEnv, limitMs = LIMIT_MS): Promise<NodeJS.ProcessEnv> {
  const shell = env.SHELL || "/bin/sh";
  const [begins, ends] = [randomUUID(), randomUUID()];
  // Whatever the profile prints stands outside of the marks. In two halves: a profile that prints the script itself prints no mark.
  const say = (mark: string) => `printf '%s%s' '${mark.slice(0, 18)}' '${mark.slice(18)}'`;
  const script = `${say(begins)}; /usr/bin/env -0; ${say(ends)}; exit`;
  const read = (output: string) => {
    const [, after] = output.split(begins, 2);
    const [variables, ...end] = after?.split(ends) ?? [];
    return end.length === 0 ? undefined : variables;
  };
  const { args, argv0 } = shellCall(shell, script);
  const answer = await askProgram(shell, args, {
    ...(argv0 === undefined ? {} : { argv0 }),
    env: { ...env, TERM: "dumb" },
    // For the shell that a profile may have put in place of this one: it has lost our argument, and reads its input.
    input: `${script}\n`,
    limitMs,
    maxBytes: OUTPUT_BYTES,
    enough: (text) => read(text) !== undefined,
  });
  const variables = read(answer?.text ?? "");
  return variables === undefined ? env : { ...env, ...parseVariables(variables) };
}

/** C shells take `-l` only alone, and know a login by their name. */
function shellCall(shell: string, script: string): { args: string[]; argv0?: string } {
  const name = basename(shell);
  return /^t?csh$/.test(name) ? { args: ["-ic", script], argv0: `-${name}` } : { args: ["-ilc", script] };
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
