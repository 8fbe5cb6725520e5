/** Owns the environment that an upstream server is started with: the person's own, without what is Signalbox's. */

/** Ours, or able to change how a Node program runs without the person having asked for it. */
const WITHHELD = /^(SIGNALBOX_.*|NODE_OPTIONS|ELECTRON_RUN_AS_NODE|NODE_CHANNEL_FD|NODE_UNIQUE_ID)$/;

/** The daemon's environment without Signalbox's secrets, then what the configuration adds. */
export function childEnvironment(env: NodeJS.ProcessEnv, added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const plain = Object.fromEntries(Object.entries(env).filter(([name]) => !WITHHELD.test(name)));
  return { ...plain, ...added };
}
