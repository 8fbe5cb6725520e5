/** Owns where Signalbox keeps its files, and that the folder is the person's own and closed to others. */
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

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
  };
}

/** Creates the folder 0700, and closes one that was left open. Throws when it belongs to somebody else or is no folder. */
export function prepareHomeFolder(home: HomeFolder): void {
  mkdirSync(home.path, { recursive: true, mode: 0o700 });
  const found = statSync(home.path);
  if (!found.isDirectory()) throw new Error(`${home.path} is not a folder`);
  if (process.getuid !== undefined && found.uid !== process.getuid()) {
    throw new Error(`${home.path} belongs to another user; choose a folder of your own with --home`);
  }
  if ((found.mode & 0o077) !== 0 && process.platform !== "win32") chmodSync(home.path, 0o700);
  for (const folder of [home.logs, home.run, home.recordings]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}
