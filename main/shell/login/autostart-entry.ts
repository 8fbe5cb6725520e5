/** Starts with the computer on Linux, where Electron has no hand in it: one entry in the person's autostart folder. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where the entry is, by the XDG base directory specification. */
export const autostartPath = (env: NodeJS.ProcessEnv, homeDir: string): string =>
  join(env.XDG_CONFIG_HOME || join(homeDir, ".config"), "autostart", "signalbox.desktop");

/** Quoted as the desktop entry specification wants an argument: inside quotes, four characters are escaped, percent doubled. */
const quote = (argument: string): string =>
  `"${argument
    .replace(/["`$\\]/g, "\\$&")
    .replaceAll("\\", "\\\\")
    .replaceAll("%", "%%")}"`;

export function autostartEntry(command: readonly string[]): string {
  return `[Desktop Entry]\nType=Application\nName=Signalbox\nExec=${command.map(quote).join(" ")}\nX-GNOME-Autostart-enabled=true\n`;
}

/** Writes or removes the entry. Throws what the file system throws. */
export function setAutostart(path: string, command: readonly string[] | undefined): void {
  if (command === undefined) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, autostartEntry(command));
}
