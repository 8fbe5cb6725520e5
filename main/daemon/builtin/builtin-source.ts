/** The server that Signalbox itself is to agents, where the settings have it switched on. */
import { BUILTIN_SERVER, type Server } from "../upstream/open-server.ts";
import type { ServerSource } from "../upstream/server-source.ts";

export const builtinServer: Server = {
  name: BUILTIN_SERVER,
  transport: "builtin",
  config: { command: "" },
  builtin: true,
};

/** Calls `onSetting` when the switch may have been changed. */
export function createBuiltinSource(isOn: () => boolean, onSetting: (listener: () => void) => void): ServerSource {
  let was = isOn();
  const listeners = new Set<() => void>();
  onSetting(() => {
    if (isOn() === was) return;
    was = isOn();
    for (const listener of listeners) listener();
  });
  return {
    // A server that somebody configured under this name is theirs.
    list: (taken) => (isOn() && !taken.has(BUILTIN_SERVER) ? [builtinServer] : []),
    onChange: (listener) => void listeners.add(listener),
    isFor: () => true,
    away: () => undefined,
  };
}
