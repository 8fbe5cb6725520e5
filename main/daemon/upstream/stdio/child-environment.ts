/** The environment that an upstream server is started with: the person's own, without what is Signalbox's. */
import { withoutOurs } from "../../terminal/pty/child-environment.ts";

/** The daemon's environment without what is ours, Electron's or an AppImage's, then what the configuration adds. */
export function childEnvironment(env: NodeJS.ProcessEnv, added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...withoutOurs(env), ...added };
}
