/** Where daemons are looked for, and in which order. */
import { delimiter, join, resolve } from "node:path";
import type { HomeFolder } from "../../home/home-folder.ts";

export interface Candidate {
  path: string;
  /** True for the file that Signalbox's own daemon of this home writes: what it names must prove itself, and nothing else can be ours. */
  own: boolean;
}

/** Files given by option or environment, then our own, then those of compatible daemons (docs/protocol.md, “Finding a daemon”). */
export function discoveryCandidates(home: HomeFolder, given: readonly string[], userHome: string): Candidate[] {
  const foreign = [".construct", ".revka"].map((folder) => join(userHome, folder, "mcp.json"));
  const paths = [...given.map((path) => resolve(path)), home.discovery, ...foreign];
  return [...new Set(paths)].map((path) => ({ path, own: path === home.discovery }));
}

/** Reads `--discovery` or `SIGNALBOX_DISCOVERY`: several paths, separated as in PATH. */
export function splitPaths(text: string | undefined): string[] {
  return (text ?? "").split(delimiter).filter((path) => path !== "");
}
