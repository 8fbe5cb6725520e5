/** The variables of a process that may travel to the daemon: all but our own, which may be secrets of another session. */

export function personalVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^SIGNALBOX_/i.test(entry[0]),
    ),
  );
}
