/** How this program starts another process of itself: the daemon, the demo agent, the demo server. */
import { fileURLToPath } from "node:url";
import { handOn } from "./extra-certificates.ts";

export interface SelfCommand {
  command: string;
  args: string[];
  /** To be added to the child's environment. */
  env: Record<string, string>;
}

/** What decides the command; taken from this process unless a test says otherwise. */
export interface SelfFacts {
  cli: string;
  execPath: string;
  electron: boolean;
  /** The AppImage that this process was started from, if it was: `ownAppImage`. */
  appImage: string | undefined;
}

/** The same runtime with `cli` and these arguments. Inside Electron the binary is told to behave as plain Node. */
export function selfCommand(...args: string[]): SelfCommand {
  const { execPath, cli, electron } = factsOfThisProcess();
  return { command: execPath, args: [cli, ...args], env: electron ? { ELECTRON_RUN_AS_NODE: "1" } : {} };
}

/**
 * The same for a process that outlives this one. The files of an AppImage are there only while it runs, so such a
 * process is started from the AppImage itself, which gives it files of its own; where these are is known only to it.
 */
export function lastingSelfCommand(args: readonly string[], facts: SelfFacts = factsOfThisProcess()): SelfCommand {
  if (!facts.electron || facts.appImage === undefined) {
    const self = selfCommand(...args);
    return { ...self, env: { ...self.env, ...handOn() } };
  }
  // The AppImage's own launcher puts "--no-sandbox" first on some systems, which Node refuses, unless it is given already.
  const own = ["-e", START_IN_APPIMAGE, ...args, NO_SANDBOX];
  return { command: facts.appImage, args: own, env: { ELECTRON_RUN_AS_NODE: "1", ...handOn() } };
}

const NO_SANDBOX = "--no-sandbox";

const START_IN_APPIMAGE = `
const { join } = require("node:path");
const cli = join(process.env.APPDIR, "resources", "app.asar", "out", "main", "cli.js");
process.argv = [process.execPath, cli, ...process.argv.slice(1).filter((arg) => arg !== "${NO_SANDBOX}")];
import(require("node:url").pathToFileURL(cli).href);`;

/**
 * The AppImage that this program runs from. The terminals of other AppImages (an editor is often one) hand on their own variables, so
 * these are believed only when our program lies in the folder that they name.
 */
export function ownAppImage(env: NodeJS.ProcessEnv, execPath: string): string | undefined {
  const { APPIMAGE: file, APPDIR: folder } = env;
  if (file === undefined || file === "" || folder === undefined || folder === "") return undefined;
  return execPath.startsWith(`${folder.replace(/\/+$/, "")}/`) ? file : undefined;
}

function factsOfThisProcess(): SelfFacts {
  const fromSources = import.meta.url.endsWith(".ts");
  return {
    cli: fileURLToPath(new URL(fromSources ? "../cli.ts" : "./cli.js", import.meta.url)),
    execPath: process.execPath,
    electron: process.versions.electron !== undefined,
    appImage: ownAppImage(process.env, process.execPath),
  };
}
