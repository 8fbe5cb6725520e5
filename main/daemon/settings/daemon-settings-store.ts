/** The daemon's own settings, in a file of the home folder. */
import { type DaemonSettings, daemonSettingsSchema } from "../../../shared/protocol/daemon-settings.ts";
import { parseJson } from "../../../shared/protocol/schema.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";

const MAX_BYTES = 64 * 1024;

export interface DaemonSettingsStore {
  get(): DaemonSettings;
  /** On the disk before this returns; in force at once. */
  set(settings: DaemonSettings): void;
  onChange(listener: () => void): void;
}

/** Throws when the file cannot be used: what a person had set is never silently something else. */
export function openDaemonSettings(path: string): DaemonSettingsStore {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = parseJson(daemonSettingsSchema, file.outcome === "read" ? file.text : "{}");
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  let settings = parsed.value;
  const listeners = new Set<() => void>();
  return {
    get: () => settings,
    set(next) {
      writePrivateFile(path, `${JSON.stringify(next, null, 2)}\n`);
      settings = next;
      for (const listener of listeners) listener();
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
