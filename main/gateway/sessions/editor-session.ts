/** What starts the person's own editor at a place in a file: a session beside the one in whose terminal the path stood. */
import { basename, dirname } from "node:path";
import type { FilePlace } from "../../../shared/links/editor-address.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import type { NewSession } from "../../../shared/protocol/gateway-api.ts";
import { splitCommand } from "../../../shared/text/split-command.ts";
import { oneLine } from "../../../shared/text/visible.ts";

/** `env`: the person's, as their login shell has it. Faults: `no-editor`. */
export function editorSession(place: FilePlace, env: NodeJS.ProcessEnv): Result<NewSession> {
  const [command, ...given] = splitCommand(env.VISUAL?.trim() || env.EDITOR?.trim() || "");
  if (command === undefined) {
    return failed(
      "no-editor",
      "Neither $VISUAL nor $EDITOR is set.",
      "Set one in your shell's profile, or choose another editor in the settings.",
    );
  }
  const name = basename(command).replace(/\.(?:exe|cmd|bat)$/i, "");
  return ok({
    agent: "custom",
    command,
    args: [...given, ...placeArguments(name, place)],
    cwd: dirname(place.path),
    label: oneLine(`${name} ${basename(place.path)}`, 120),
    // A person edits; no agent is in it that could call a tool.
    servers: [],
  });
}

/** The path is absolute, so no editor takes it for an option. */
function placeArguments(name: string, { path, line, column = 1 }: FilePlace): string[] {
  if (line === undefined) return [path];
  switch (name) {
    case "vi":
    case "vim":
    case "nvim":
    case "gvim":
      return [`+call cursor(${line},${column})`, path];
    case "nano":
    case "pico":
      return [`+${line},${column}`, path];
    case "emacs":
    case "emacsclient":
    case "kak":
      return [`+${line}:${column}`, path];
    case "hx":
    case "helix":
    case "micro":
    case "zed":
    case "subl":
      return [`${path}:${line}:${column}`];
    case "code":
    case "code-insiders":
    case "cursor":
    case "codium":
    case "windsurf":
      return ["--goto", `${path}:${line}:${column}`];
    default:
      return [path];
  }
}
