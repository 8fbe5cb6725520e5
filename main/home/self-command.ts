/** Owns how this program starts another process of itself: the daemon, the demo agent, the demo server. */
import { fileURLToPath } from "node:url";

export interface SelfCommand {
  command: string;
  args: string[];
  /** To be added to the child's environment. */
  env: Record<string, string>;
}

/** The same runtime with `cli` and these arguments. Inside Electron the binary is told to behave as plain Node. */
export function selfCommand(...args: string[]): SelfCommand {
  const fromSources = import.meta.url.endsWith(".ts");
  const cli = fileURLToPath(new URL(fromSources ? "../cli.ts" : "./cli.js", import.meta.url));
  const electron = process.versions.electron !== undefined;
  return { command: process.execPath, args: [cli, ...args], env: electron ? { ELECTRON_RUN_AS_NODE: "1" } : {} };
}
