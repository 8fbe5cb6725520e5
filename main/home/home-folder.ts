/** Where Signalbox keeps its files, and that the folder is the person's own and closed to others. */
import { chmodSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { foreignEntries } from "./own-entry.ts";
import { removeLeftTemporaries } from "./private-file.ts";

export interface HomeFolder {
  readonly path: string;
  /** Written by the daemon that runs: the discovery file. */
  readonly discovery: string;
  /** Written by the gateway that runs, in the same shape. */
  readonly gateway: string;
  readonly daemonKey: string;
  readonly ownerToken: string;
  readonly servers: string;
  readonly database: string;
  readonly logs: string;
  /** Private files for agents, one folder a session. */
  readonly run: string;
  /** What terminals have shown, one folder a session. */
  readonly recordings: string;
  /** Large parts of results, one folder a session. */
  readonly results: string;
}

/** `--home`, else `$SIGNALBOX_HOME`, else `~/.signalbox`. Nothing is created. */
export function homeFolder(option?: string, env: NodeJS.ProcessEnv = process.env): HomeFolder {
  const path = resolve(option ?? env.SIGNALBOX_HOME ?? join(homedir(), ".signalbox"));
  const at = (name: string) => join(path, name);
  return {
    path,
    discovery: at("mcp.json"),
    gateway: at("gateway.json"),
    daemonKey: at("daemon.key"),
    ownerToken: at("token"),
    servers: at("servers.json"),
    database: at("journal.db"),
    logs: at("logs"),
    run: at("run"),
    recordings: at("recordings"),
    results: at("results"),
  };
}

/**
 * Creates the folder 0700, and closes one that was left open. Throws a sentence for a person when it cannot be theirs:
 * it belongs to somebody else, a file stands in its place, nothing may be written there, or others put something in it:
 * who made a file may keep it open, and read and change what is written to it later.
 */
export function prepareHomeFolder(home: HomeFolder): void {
  makeFolder(home.path);
  const stoodOpen = closeFolder(home.path);
  for (const folder of [home.logs, home.run, home.recordings, home.results]) {
    makeFolder(folder);
    closeFolder(folder);
  }
  for (const folder of [home.path, home.run]) removeLeftTemporaries(folder);
  const foreign = [home.path, home.logs, home.run].flatMap((folder) => foreignEntries(folder, stoodOpen));
  if (foreign.length === 0) return;
  const shown = [...new Set(foreign)].slice(0, 5).join(", ");
  throw new Error(
    `${home.path} holds what belongs to another user: ${shown}${foreign.length > 5 ? " and more" : ""}. ` +
      "Remove it, or make it yours with chown if you know where it comes from, and start again.",
  );
}

/** Makes it 0700, and gives whether others could write in it before. Throws when it, or a link to it, is somebody else's. */
function closeFolder(path: string): boolean {
  for (const { uid } of [lstatSync(path), statSync(path)]) {
    if (process.getuid !== undefined && uid !== process.getuid())
      throw new Error(`${path} belongs to another user. ${ELSEWHERE}`);
  }
  if (process.platform === "win32") return false;
  const { mode } = statSync(path);
  if ((mode & 0o077) !== 0) chmodSync(path, 0o700);
  return (mode & 0o022) !== 0;
}

const ELSEWHERE = "Choose a folder of your own with --home or SIGNALBOX_HOME.";

const REASONS: Record<string, string> = {
  EEXIST: "a file stands in its place",
  ENOTDIR: "a part of its path is a file",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it would lie on a file system that is read-only",
  ENOSPC: "the disk is full",
};

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new Error(`${path} cannot be made: ${REASONS[code] ?? code}. ${ELSEWHERE}`);
  }
}
