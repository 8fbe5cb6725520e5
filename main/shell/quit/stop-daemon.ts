/** Owns ending our own daemon, and with it the agents, when the person chose to. */
import { spawn } from "node:child_process";
import { selfCommand } from "../../home/self-command.ts";

/** The daemon gives programs two seconds after SIGHUP; this covers it and our own start. */
const LIMIT_MS = 8_000;

/** Runs `signalbox stop --force` and waits for it. False when it failed or took too long. */
export async function stopDaemon(home: string): Promise<boolean> {
  const self = selfCommand("stop", "--force", "--home", home);
  const child = spawn(self.command, self.args, { env: { ...process.env, ...self.env }, stdio: "ignore" });
  const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", resolve);
  });
  clearTimeout(limit);
  return code === 0;
}
