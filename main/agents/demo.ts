/** How the demo agent, a part of this program, is started. */
import { selfCommand } from "../home/self-command.ts";
import { type Agent, sessionEnvironment } from "./launch-plan.ts";

export const demo: Agent = {
  id: "demo",
  name: "Demo",
  programs: [],
  plan(_program, context) {
    const self = selfCommand("demo-agent", ...(context.args ?? []));
    return {
      command: self.command,
      args: self.args,
      env: { ...sessionEnvironment(context), ...self.env },
      files: [],
      display: "signalbox demo",
    };
  },
};
