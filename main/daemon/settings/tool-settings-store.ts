/** The tool settings: the global ones and those of each session, in two files of the home folder. */
import { parseJson } from "../../../shared/protocol/schema.ts";
import { misunderstood, type ToolSettings, toolSettingsSchema } from "../../../shared/protocol/tool-settings.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";
import { readSessionRules, writeSessionRules } from "./session-rules-file.ts";

const MAX_BYTES = 1024 * 1024;

export interface ToolSettingsStore {
  global(): ToolSettings;
  /** Keeps them on disk before this returns. */
  setGlobal(settings: ToolSettings): void;
  ofSession(id: string): ToolSettings;
  /** Keeps them on disk before this returns: a session that outlives the daemon finds them again. */
  setOfSession(id: string, settings: ToolSettings): void;
  /** `session` goes on what `former` was: what was hidden from that one is hidden from this. */
  takeOver(former: string, session: string): void;
  /** The session is over. */
  forget(session: string): void;
  /** All that hold for a session. */
  effective(session: string): ToolSettings[];
  /** Whether any rule depends on the session's folder. */
  dependOnFolder(): boolean;
  onChange(listener: () => void): () => void;
}

/**
 * `path` has the global ones, `sessionsPath` those of sessions. A file that cannot be read hides nothing less than it did:
 * it throws, so that no rule is silently lost. What is misspelt in one that can be read is told with `warn`; the rest is in force.
 */
export function openToolSettings(
  path: string,
  sessionsPath: string,
  warn: (sentence: string) => void,
  now = Date.now,
): ToolSettingsStore {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = file.outcome === "read" ? parseJson(toolSettingsSchema, file.text) : { ok: true as const, value: {} };
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  const odd = file.outcome === "read" ? misunderstood(file.text) : undefined;
  if (odd !== undefined) warn(`${path} has something that is not understood and left out: ${odd}`);
  let global: ToolSettings = parsed.value;
  const sessions = readSessionRules(sessionsPath, now());
  const keep = (id: string, settings: ToolSettings | undefined) => {
    const known = sessions.delete(id);
    if (settings !== undefined) sessions.set(id, { settings, at: now() });
    if (known || settings !== undefined) writeSessionRules(sessionsPath, sessions);
  };
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
    ofSession: (id) => sessions.get(id)?.settings ?? {},
    setOfSession(id, settings) {
      keep(id, Object.keys(settings).length === 0 ? undefined : settings);
      changed();
    },
    takeOver(former, session) {
      const settings = sessions.get(former)?.settings;
      if (settings === undefined) return;
      keep(session, settings);
      changed();
    },
    forget: (session) => keep(session, undefined),
    effective(session) {
      const own = sessions.get(session);
      return own === undefined ? [global] : [global, own.settings];
    },
    dependOnFolder: () =>
      [global, ...[...sessions.values()].map((own) => own.settings)].some((set) =>
        [...(set.hide ?? []), ...(set.ask ?? []), ...(set.buffer ?? [])].some((rule) => rule.when !== undefined),
      ),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
