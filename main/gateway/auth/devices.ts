/** Lists paired devices: who they are, and the hashes of their tokens. The tokens themselves are never kept. */

import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { type Scope, scopeSchema } from "../../../shared/protocol/access.ts";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { parseJson, z } from "../../../shared/protocol/schema.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import { readPrivateFile, writePrivateFile } from "../../home/private-file.ts";
import { setFileAside } from "../../home/set-aside.ts";

const deviceSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Hex SHA-256 of its token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scope: scopeSchema.default("full"),
  created_at: z.string(),
  last_used_at: z.string(),
});
export type Device = z.infer<typeof deviceSchema>;
const fileSchema = z.object({ devices: z.array(deviceSchema) });

/** Room for every browser a person has ever used; the least recently used leaves first. */
const MAX_DEVICES = 200;
const MAX_FILE_BYTES = 256 * 1024;
/** Last use is worth a write this often, in milliseconds. */
const LAST_USE_STEP_MS = 60_000;

export interface Devices {
  list(): readonly Device[];
  /**
   * Makes a device and gives its token, 256 bits in hex: the only time that anybody sees it. One that must make room for
   * it is revoked. Fault: `devices-unwritable`.
   */
  add(name: string, scope: Scope): Result<{ device: Device; token: string }>;
  /** The device that this token belongs to; notes its use. */
  find(token: string): Device | undefined;
  /** Another scope is told to `onChange` listeners. Faults: `no-such-device`, and `devices-unwritable`: it is then as it was. */
  change(id: string, change: { name?: string | undefined; scope?: Scope | undefined }): Result<void>;
  /** Tells `onChange` listeners, so that live sockets end. Faults: `no-such-device`, and `devices-unwritable`: it is out all the same, for as long as this gateway runs. */
  revoke(id: string): Result<void>;
  onChange(listener: (id: string, what: DeviceChange) => void): () => void;
}

export type DeviceChange = "revoked" | "scope";

export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Reads `path`; one that is damaged is set aside, one that is not ours is treated as empty, and `warn` is told. */
export function openDevices(path: string, now: () => number, warn: (reason: string) => void): Devices {
  let devices = load(path, warn);
  const listeners = new Set<(id: string, what: DeviceChange) => void>();
  const tell = (id: string, what: DeviceChange) => {
    for (const listener of listeners) listener(id, what);
  };
  const noSuchDevice = failed("no-such-device", "There is no such device.");
  /** Nothing is acknowledged that is not on the disk: the list is the new one only when it is written. */
  function replace(next: Device[], hint: string): Result<void> {
    try {
      writePrivateFile(path, `${JSON.stringify({ devices: next }, null, 2)}\n`);
    } catch (error) {
      const reason = reasonOf(error);
      return failed("devices-unwritable", `The list of devices could not be written: ${reason}.`, hint);
    }
    devices = next;
    return ok(undefined);
  }
  const iso = () => new Date(now()).toISOString();
  return {
    list: () => devices,
    add(name, scope) {
      const token = randomBytes(32).toString("hex");
      const at = iso();
      const device: Device = {
        id: randomUUID(),
        name,
        scope,
        hash: hashToken(token).toString("hex"),
        created_at: at,
        last_used_at: at,
      };
      const byUse = [...devices].sort((a, b) => b.last_used_at.localeCompare(a.last_used_at));
      const forgotten = byUse.splice(MAX_DEVICES - 1);
      const kept = replace([...byUse, device], "Make room on the disk, then use a new code.");
      if (!kept.ok) return kept;
      for (const { id } of forgotten) tell(id, "revoked");
      return ok({ device, token });
    },
    find(token) {
      const hash = hashToken(token);
      let found: Device | undefined;
      // Every entry is compared, so that the time does not tell which one matched.
      for (const device of devices) if (timingSafeEqual(hash, Buffer.from(device.hash, "hex"))) found = device;
      if (found !== undefined && now() - Date.parse(found.last_used_at) > LAST_USE_STEP_MS) {
        found.last_used_at = iso();
        // A disk that refuses keeps nobody out: the time of the last use is only told.
        replace(devices, "");
      }
      return found;
    },
    change(id, { name, scope }) {
      const device = devices.find((item) => item.id === id);
      if (device === undefined) return noSuchDevice;
      const changed = { ...device, name: name ?? device.name, scope: scope ?? device.scope };
      const kept = replace(
        devices.map((item) => (item === device ? changed : item)),
        "It is as it was.",
      );
      if (kept.ok && changed.scope !== device.scope) tell(id, "scope");
      return kept;
    },
    revoke(id) {
      const others = devices.filter((item) => item.id !== id);
      if (others.length === devices.length) return noSuchDevice;
      const kept = replace(
        others,
        "It is disconnected; remove it again when there is room, or it is back at the next start.",
      );
      devices = others;
      tell(id, "revoked");
      return kept;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function load(path: string, warn: (reason: string) => void): Device[] {
  const file = readPrivateFile(path, MAX_FILE_BYTES);
  if (file.outcome === "absent") return [];
  if (file.outcome === "refused") {
    warn(`${path} is not used: ${file.reason}`);
    return [];
  }
  const parsed = parseJson(fileSchema, file.text);
  if (parsed.ok) return parsed.value.devices;
  warn(`${path} is damaged (${parsed.reason}) and set aside as ${setFileAside(path) ?? "nothing: it stays"}`);
  return [];
}
