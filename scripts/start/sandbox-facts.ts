/** Whether Chromium can make its sandbox on this system, as far as that can be read before it is tried. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export interface SandboxFacts {
  /** Ordinary programs may not make namespaces of users, out of which the sandbox is made. */
  restricted: boolean;
  /** Chromium's helper has the rights to make it instead. */
  helperReady: boolean;
  helper: string;
}

/** Ubuntu 24.04 sets the first, hardened kernels the second, some servers the third. */
const SWITCHES: readonly [file: string, restricting: string][] = [
  ["/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"],
  ["/proc/sys/kernel/unprivileged_userns_clone", "0"],
  ["/proc/sys/user/max_user_namespaces", "0"],
];

/** Nothing to read on other systems, which have sandboxes of their own. */
export function sandboxFacts(
  electron: string,
  platform: NodeJS.Platform = process.platform,
  read: (path: string) => string | undefined = readLine,
): SandboxFacts | undefined {
  if (platform !== "linux") return undefined;
  const helper = join(dirname(electron), "chrome-sandbox");
  const stat = statSync(helper, { throwIfNoEntry: false });
  return {
    restricted: SWITCHES.some(([file, restricting]) => read(file) === restricting),
    helperReady: stat !== undefined && stat.uid === 0 && (stat.mode & 0o7777) === 0o4755,
    helper,
  };
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
