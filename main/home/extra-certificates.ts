/**
 * Finds the certificates that the person wants programs of Node to trust, where Electron hides them. A package's `nodeOptions` fuse is off,
 * and Electron then removes NODE_EXTRA_CA_CERTS from its own environment, in the app and again in the daemon (shell/common/node_bindings.cc,
 * shell/app/node_main.cc). Whoever is started by us would go without: agents, MCP servers, our own https.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { win32 } from "node:path";

export const EXTRA_CERTIFICATES = "NODE_EXTRA_CA_CERTS";
/** The same under a name that Electron leaves alone; the package's scripts and the app hand it on. */
export const HANDED_ON = "SIGNALBOX_NODE_EXTRA_CA_CERTS";

/** Runs a program; undefined when it is missing, fails or takes too long. */
export type Ask = (program: string, args: readonly string[]) => Promise<Buffer | undefined>;

const ASK_MS = 5_000;
/** Of the person, then of the machine: as Windows itself puts an environment together. */
const KEYS = [
  ["HKCU\\Environment", "User"],
  ["HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "Machine"],
] as const;

/** What can be told without asking anybody: the variable itself, what was handed on, what Linux keeps of the start. */
export function knownCertificates(
  env: NodeJS.ProcessEnv,
  started: () => string | undefined = startedWith,
): string | undefined {
  return env[EXTRA_CERTIFICATES] || env[HANDED_ON] || variableIn(started() ?? "", EXTRA_CERTIFICATES) || undefined;
}

/** For the environment of another process of ours; empty outside of Electron, where nothing is hidden. */
export function handOn(
  env: NodeJS.ProcessEnv = process.env,
  electron = process.versions.electron !== undefined,
  started: () => string | undefined = startedWith,
): Record<string, string> {
  const known = electron ? knownCertificates(env, started) : undefined;
  return known === undefined ? {} : { [HANDED_ON]: known };
}

/**
 * What Windows gives every program that is started from the desktop, read from the registry. `reg` prints in the console's code page, so a
 * value with other letters than ASCII is asked for again, from PowerShell, which is slower.
 */
export async function certificatesOfWindows(env: NodeJS.ProcessEnv, ask: Ask = run): Promise<string | undefined> {
  const system = win32.join(systemRoot(env), "System32");
  for (const [key, scope] of KEYS) {
    const output = await ask(win32.join(system, "reg.exe"), ["query", key, "/v", EXTRA_CERTIFICATES]);
    const value = output === undefined ? undefined : registryValue(output.toString("latin1"));
    if (value === undefined) continue;
    if (/^[\x20-\x7e]*$/.test(value) && !value.includes("?")) return expandWindows(value, env) || undefined;
    const script = `[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([Environment]::GetEnvironmentVariable('${EXTRA_CERTIFICATES}','${scope}')))`;
    const shell = win32.join(system, "WindowsPowerShell", "v1.0", "powershell.exe");
    const answer = await ask(shell, ["-NoProfile", "-NonInteractive", "-Command", script]);
    const text = answer === undefined ? "" : Buffer.from(answer.toString("latin1").trim(), "base64").toString("utf8");
    if (text !== "") return text;
  }
  return undefined;
}

/** `    NAME    REG_SZ    value`, as `reg query` prints it. */
export function registryValue(output: string): string | undefined {
  return /^ {4}NODE_EXTRA_CA_CERTS {4}REG_(?:EXPAND_)?SZ {4}(.+?)\r?$/im.exec(output)?.[1];
}

/** `%NAME%` by the environment, without regard to case; an unknown name stays as it is, as Windows leaves it. */
export function expandWindows(value: string, env: NodeJS.ProcessEnv): string {
  return value.replace(/%([^%]+)%/g, (whole, name: string) => {
    const key = Object.keys(env).find((one) => one.toUpperCase() === name.toUpperCase());
    return (key === undefined ? undefined : env[key]) ?? whole;
  });
}

const systemRoot = (env: NodeJS.ProcessEnv): string => env.SystemRoot || env.SYSTEMROOT || "C:\\Windows";

/** The value of a variable among entries that end in NUL. */
function variableIn(entries: string, name: string): string | undefined {
  return entries
    .split("\0")
    .find((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** The kernel keeps what the process was started with, whatever it removed since. */
function startedWith(): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readFileSync("/proc/self/environ", "utf8");
  } catch {
    return undefined;
  }
}

const run: Ask = (program, args) =>
  new Promise((resolve) => {
    const options = { encoding: "buffer", timeout: ASK_MS, windowsHide: true, maxBuffer: 64 * 1024 } as const;
    execFile(program, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
