/** Whether anything on a Linux desktop shows tray icons: Electron cannot tell, so the session bus is asked. */
import { execFile } from "node:child_process";

/** A bus that does not answer counts as one without a tray. */
const LIMIT_MS = 1_000;

const WATCHER = "org.kde.StatusNotifierWatcher";
const PROPERTY = "IsStatusNotifierHostRegistered";
const GET = "org.freedesktop.DBus.Properties.Get";

const BUS = "org.freedesktop.DBus";

/** Programs that can ask, any of which a desktop has: GLib's, systemd's, D-Bus's own. */
const TOOLS: readonly { program: string; args: readonly string[]; owner: readonly string[] }[] = [
  {
    program: "gdbus",
    args: ["call", "--session", "-d", WATCHER, "-o", "/StatusNotifierWatcher", "-m", GET, WATCHER, PROPERTY],
    owner: ["call", "--session", "-d", BUS, "-o", "/org/freedesktop/DBus", "-m", `${BUS}.GetNameOwner`, WATCHER],
  },
  {
    program: "busctl",
    args: ["--user", "get-property", WATCHER, "/StatusNotifierWatcher", WATCHER, PROPERTY],
    owner: ["--user", "call", BUS, "/org/freedesktop/DBus", BUS, "GetNameOwner", "s", WATCHER],
  },
  {
    program: "dbus-send",
    args: [
      "--session",
      "--print-reply",
      `--dest=${WATCHER}`,
      "/StatusNotifierWatcher",
      GET,
      `string:${WATCHER}`,
      `string:${PROPERTY}`,
    ],
    owner: [
      "--session",
      "--print-reply",
      `--dest=${BUS}`,
      "/org/freedesktop/DBus",
      `${BUS}.GetNameOwner`,
      `string:${WATCHER}`,
    ],
  },
];

/** What the tools print: `(<true>,)`, `b true`, and two lines that end in `variant       boolean true`. */
export function saysTrue(output: string): boolean {
  const last = output.trim().split("\n").at(-1)?.trim() ?? "";
  return last === "(<true>,)" || last === "b true" || /^variant\s+boolean true$/.test(last);
}

/** The unique name in an answer: `(':1.5',)`, `s ":1.5"`, `   string ":1.5"`. */
export const ownerIn = (output: string): string | undefined => /["'](:\d+\.\d+)["']/.exec(output)?.[1];

/**
 * Who shows tray icons here, by the name that the bus gave it; undefined unless a host said so: without one, an icon would be nowhere, and
 * nothing may depend on it. Another name than before is another host, which knows nothing of the icons of the first.
 */
export async function findTrayHost(
  env: NodeJS.ProcessEnv = process.env,
  limitMs = LIMIT_MS,
): Promise<string | undefined> {
  const until = Date.now() + limitMs;
  for (const { program, args, owner } of TOOLS) {
    const left = until - Date.now();
    if (left <= 0) return undefined;
    const answer = await run(program, args, env, left);
    if (answer === "missing") continue;
    if (!saysTrue(answer)) return undefined;
    return ownerIn(await run(program, owner, env, Math.max(1, until - Date.now()))) ?? "unnamed";
  }
  return undefined;
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, limitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const options = { env, timeout: limitMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 } as const;
    execFile(program, args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else resolve(error.code === "ENOENT" || error.code === "EACCES" ? "missing" : "");
    });
  });
}
