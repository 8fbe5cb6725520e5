/** What a person may type to the demo agent. */
import { resolve } from "node:path";

export type DemoCommand =
  | { do: "again" }
  | { do: "tool"; tool: "hash_tree" | "count_lines"; path: string }
  | { do: "search"; text: string; path: string }
  | { do: "help" }
  | { do: "exit" }
  | { do: "nothing" }
  | { do: "unknown"; said: string };

/** Reads one line. A text of several words stands in quotes; paths are relative to `cwd`. */
export function readCommand(line: string, cwd: string): DemoCommand {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const [verb, ...rest] = words;
  const path = (at: number) => resolve(cwd, rest.slice(at).join(" ") || ".");
  switch (verb?.toLowerCase()) {
    case undefined:
      return { do: "nothing" };
    case "again":
      return { do: "again" };
    case "hash":
      return { do: "tool", tool: "hash_tree", path: path(0) };
    case "count":
      return { do: "tool", tool: "count_lines", path: path(0) };
    case "search":
      return rest[0] === undefined || rest[0] === ""
        ? { do: "unknown", said: "search what?" }
        : { do: "search", text: rest[0], path: path(1) };
    case "help":
    case "?":
      return { do: "help" };
    case "exit":
    case "quit":
      return { do: "exit" };
    default:
      return { do: "unknown", said: line.trim() };
  }
}

export const HELP = [
  ["again", "the whole round once more"],
  ["hash [path]", "fingerprint a folder"],
  ["count [path]", "count the lines of its text files"],
  ["search <text> [path]", "find a text in its files"],
  ["exit", "leave (or Ctrl+C twice)"],
] as const;
