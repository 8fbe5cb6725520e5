/** How the person's own shell is started. */
import { type Agent, displayCommand, sessionEnvironment } from "./launch-plan.ts";

export const shell: Agent = {
  id: "shell",
  name: "Shell",
  programs: [],
  plan(program, context) {
    // Terminals on macOS start login shells, because nothing else reads the profile there.
    const args = context.args ?? (process.platform === "darwin" ? ["-l"] : []);
    return {
      command: program,
      args: [...args],
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand(program.split(/[/\\]/).at(-1) ?? program, args),
    };
  },
};
