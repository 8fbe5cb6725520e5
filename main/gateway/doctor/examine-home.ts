/** The doctor's look at the home folder: whose it is, who may read it, what is misspelt in its tool settings, and the room on its disk. */
import { existsSync, lstatSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { misunderstood } from "../../../shared/protocol/tool-settings.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { FOREIGN, foreignEntries, whyNotOwn } from "../../home/own-entry.ts";
import { readPrivateFile } from "../../home/private-file.ts";
import { bad, type Finding, good, warning } from "./finding.ts";

const LOW_DISK_BYTES = 200 * 1024 * 1024;
const DATABASES = ["journal.db", "sessions.db", "known-servers.db", "numbers.db", "outbox.db"];
const MAX_SETTINGS_BYTES = 1024 * 1024;
const ODD_SETTINGS_HINT = "Correct the word, or set the rules in the app; what is understood of them is in force.";

export function examineHome(home: HomeFolder): Finding[] {
  const folder = lstatSync(home.path, { throwIfNoEntry: false });
  if (folder === undefined)
    return [warning("home", `${home.path} does not exist yet.`, "Signalbox makes it when it starts.")];
  if (!folder.isDirectory()) return [bad("home", `${home.path} is not a folder.`, "Choose another one with --home.")];
  const findings: Finding[] = [];
  const own = process.getuid === undefined || folder.uid === process.getuid();
  if (!own)
    findings.push(bad("home", `${home.path} belongs to another user.`, "Choose a folder of your own with --home."));
  if (process.platform !== "win32" && (folder.mode & 0o077) !== 0) {
    findings.push(
      warning("home", `${home.path} is open to other users (${octal(folder.mode)}).`, `chmod 700 ${home.path}`),
    );
  }
  const secrets = [home.ownerToken, home.daemonKey, home.database, join(home.path, "devices.json")];
  for (const path of secrets) {
    const file = lstatSync(path, { throwIfNoEntry: false });
    if (file === undefined) continue;
    if (!file.isFile())
      findings.push(bad("home", `${path} is not a regular file.`, "Remove it; Signalbox makes a new one."));
    else if (process.platform !== "win32" && (file.mode & 0o077) !== 0) {
      findings.push(bad("home", `Other users may read ${path} (${octal(file.mode)}).`, `chmod 600 ${path}`));
    }
  }
  if (folder.uid === process.getuid?.()) {
    for (const path of [home.path, home.logs, home.run]
      .filter((name) => existsSync(name))
      .flatMap((name) => foreignEntries(name, false))) {
      findings.push(
        bad(
          "home",
          `${path} belongs to another user.`,
          "Remove it, or make it yours with chown if you know where it comes from.",
        ),
      );
    }
    for (const name of DATABASES) {
      const path = join(home.path, name);
      const reason = whyNotOwn(path);
      if (reason !== undefined && reason !== FOREIGN)
        findings.push(bad("home", `${path} is not used: ${reason}.`, `chmod 600 ${path}, or move it away.`));
    }
  }
  if (findings.length === 0) findings.push(good("home", `${home.path} is yours alone.`));
  const toolSettings = join(home.path, "tool-settings.json");
  const read = readPrivateFile(toolSettings, MAX_SETTINGS_BYTES);
  const odd = read.outcome === "read" ? misunderstood(read.text) : undefined;
  if (odd !== undefined) {
    findings.push(
      warning("tools", `${toolSettings} has something that is not understood and left out: ${odd}`, ODD_SETTINGS_HINT),
    );
  }
  const disk = statfsSync(home.path);
  const free = disk.bavail * disk.bsize;
  const size = `${Math.round(free / 1024 / 1024).toLocaleString("en")} MB free`;
  findings.push(
    free < LOW_DISK_BYTES
      ? warning("disk", `Its disk is nearly full: ${size}.`, "History stops when it is full; live events keep coming.")
      : good("disk", `Its disk has ${size}.`),
  );
  return findings;
}

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(3, "0");
