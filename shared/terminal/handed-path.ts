/** How the path of a file is typed into a program's prompt, so that the program knows it for one. */
import type { AgentId } from "../protocol/app-frames.ts";

/**
 * Agents look at what is pasted: Claude Code, Codex and opencode take a path alone for a file, as terminals give one that is
 * dropped on them; Gemini CLI wants `@`. Everything else gets an argument for a shell.
 */
export function handedPath(agent: AgentId, path: string): string {
  switch (agent) {
    case "claude":
    case "codex":
    case "opencode":
      return escaped(path);
    case "gemini":
      return `@${escaped(path)}`;
    default:
      return quoted(path);
  }
}

const isWindows = (path: string): boolean => /^[A-Za-z]:/.test(path);

const escaped = (path: string): string =>
  isWindows(path) ? quoted(path) : path.replace(/[\s\\'"()&;|<>$`*?[\]{}!#]/g, "\\$&");

function quoted(path: string): string {
  if (/^[A-Za-z0-9._/\\:+@%-]+$/.test(path)) return path;
  return isWindows(path) ? `"${path}"` : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
