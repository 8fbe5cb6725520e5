/** The credentials that servers.json refers to as `${secret:NAME}`: kept 0600 in the home folder, never shown again. */
import { parseJson, z } from "../../../../shared/protocol/schema.ts";
import { readPrivateFile, writePrivateFile } from "../../../home/private-file.ts";

const MAX_BYTES = 1024 * 1024;
const MAX_SECRETS = 256;
export const SECRET_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const fileSchema = z.record(z.string().regex(SECRET_NAME), z.string().min(1).max(16_384));

export interface SecretStore {
  names(): string[];
  get(name: string): string | undefined;
  values(): string[];
  /** Keeps it on disk before this returns; false for a name that is none, or when there are too many. */
  set(name: string, value: string): boolean;
  remove(name: string): boolean;
}

/** Throws when the file is there but cannot be trusted or read. */
export function openSecretStore(path: string): SecretStore {
  const file = readPrivateFile(path, MAX_BYTES);
  if (file.outcome === "refused") throw new Error(`${path} cannot be used: ${file.reason}`);
  const parsed = file.outcome === "read" ? parseJson(fileSchema, file.text) : { ok: true as const, value: {} };
  if (!parsed.ok) throw new Error(`${path} is damaged: ${parsed.reason}`);
  const secrets = new Map(Object.entries(parsed.value));
  const save = () => writePrivateFile(path, `${JSON.stringify(Object.fromEntries(secrets))}\n`);
  return {
    names: () => [...secrets.keys()].sort(),
    get: (name) => secrets.get(name),
    values: () => [...secrets.values()],
    set(name, value) {
      if (!SECRET_NAME.test(name) || (!secrets.has(name) && secrets.size >= MAX_SECRETS)) return false;
      secrets.set(name, value);
      save();
      return true;
    },
    remove(name) {
      if (!secrets.delete(name)) return false;
      save();
      return true;
    },
  };
}
