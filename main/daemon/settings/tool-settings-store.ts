/** Owns the tool settings: the global ones in a file of the home folder, those of a session for as long as it lives. */
import { parseJson } from "../../../shared/protocol/schema.ts";
import { type ToolSettings, toolSettingsSchema } from "../../../shared/protocol/tool-settings.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";

const MAX_BYTES = 1024 * 1024;

export interface ToolSettingsStore {
  global(): ToolSettings;
  /** Keeps them on disk before this returns. */
  setGlobal(settings: ToolSettings): void;
  ofSession(id: string): ToolSettings;
  setOfSession(id: string, settings: ToolSettings): void;
  forget(session: string): void;
  /** All that hold for a session. */
  effective(session: string): ToolSettings[];
  /** Whether any rule depends on the session's folder. */
  dependOnFolder(): boolean;
  onChange(listener: () => void): () => void;
}

/** A file that cannot be read hides nothing less than it did: it throws, so that no rule is silently lost. */
export function openToolSettings(path: string): ToolSettingsStore {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = file.outcome === "read" ? parseJson(toolSettingsSchema, file.text) : { ok: true as const, value: {} };
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  let global: ToolSettings = parsed.value;
  const sessions = new Map<string, ToolSettings>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    global: () => global,
    setGlobal(settings) {
      writePrivateFile(path, `${JSON.stringify(settings, null, 2)}\n`);
      global = settings;
      changed();
    },
    ofSession: (id) => sessions.get(id) ?? {},
    setOfSession(id, settings) {
      sessions.set(id, settings);
      changed();
    },
    forget: (session) => sessions.delete(session),
    effective(session) {
      const own = sessions.get(session);
      return own === undefined ? [global] : [global, own];
    },
    dependOnFolder: () =>
      [global, ...sessions.values()].some((set) =>
        [...(set.hide ?? []), ...(set.buffer ?? [])].some((rule) => rule.when !== undefined),
      ),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
