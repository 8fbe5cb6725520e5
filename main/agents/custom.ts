/** How any other command is started: nothing is injected but the environment. */
import { type Agent, displayCommand, sessionEnvironment } from "./launch-plan.ts";

export const custom: Agent = {
  id: "custom",
  name: "Command",
  programs: [],
  plan(program, context) {
    const args = context.args ?? [];
    return {
      command: program,
      args: [...args],
      env: sessionEnvironment(context),
      files: [],
      display: displayCommand(program, args),
    };
  },
};
