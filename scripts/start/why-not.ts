/** Why Electron's program ended without a window, in a few words with the next step, read from what it printed. */

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The one command that gives Electron its sandbox where unprivileged programs may not make one. */
export function sandboxCommand(helper: string): string {
  const path = `'${helper.replaceAll("'", "'\\''")}'`;
  return `sudo chown root: ${path} && sudo chmod 4755 ${path}`;
}

/**
 * `printed`: its standard error. `ended` is undefined when it still ran and showed nothing for `waitedMs`. `helper`: its chrome-sandbox.
 */
export function whyNot(printed: string, ended: Ended | undefined, helper: string, waitedMs: number): string {
  if (/SUID sandbox helper|No usable sandbox|Failed to move to new namespace/i.test(printed)) {
    return `this system does not let it make its sandbox. Allow it once: ${sandboxCommand(helper)}`;
  }
  const library = /error while loading shared libraries: ([^\s:]+)/.exec(printed)?.[1];
  if (library !== undefined) return `the library ${library} is missing. Install the package that has it`;
  const version = /version [`']?(GLIBC\w*_[\d.]+)'? not found/.exec(printed)?.[1];
  if (version !== undefined) return `this system is too old for it (it needs ${version})`;
  if (/Missing X server|Unable to open X display|Failed to connect to Wayland display/i.test(printed)) {
    return "it could not reach the display. Check DISPLAY and WAYLAND_DISPLAY";
  }
  if (/cannot execute|Exec format error/i.test(printed)) return "it is made for another kind of machine";
  if (ended === undefined) return `it showed no window within ${Math.round(waitedMs / 1000)} s`;
  return ended.signal === null ? `it ended with ${ended.code}` : `it ended by ${ended.signal}`;
}
