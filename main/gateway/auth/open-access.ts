/** Who may use this gateway: the owner's token, the devices, the codes that let one in, and the limit on guesses. */
import { join } from "node:path";
import type { HomeFolder } from "../../home/home-folder.ts";
import { deviceName, pageProof } from "../../home/proofs.ts";
import { type Device, type Devices, hashToken, openDevices } from "./devices.ts";
import { createGuessLimit, type GuessLimit } from "./guess-limit.ts";
import type { Identity } from "./identity.ts";
import { createOwner, type Owner } from "./owner.ts";
import { createPairing, type Pairing } from "./pairing.ts";

export interface Access {
  readonly owner: Owner;
  readonly devices: Devices;
  readonly pairing: Pairing;
  readonly guesses: GuessLimit;
  identify(token: string): Identity | undefined;
  /** Shows the holder of a token, by that token's device name, that this gateway on this port knows it; undefined when it does not. */
  proveTo(device: string, nonce: string, port: number): string | undefined;
}

export interface AccessOptions {
  home: HomeFolder;
  /** The wall clock, for what people read, and one that only goes forward; in milliseconds. */
  now: () => number;
  steady: () => number;
  warn: (reason: string) => void;
}

/** Throws when the owner's token cannot be used. */
export function openAccess({ home, now, steady, warn }: AccessOptions): Access {
  const owner = createOwner(home);
  const devices = openDevices(join(home.path, "devices.json"), now, warn);
  const pairing = createPairing({
    now: steady,
    wallClock: now,
    scopeOf: (maker) => (maker.kind === "owner" ? "full" : devices.list().find(({ id }) => id === maker.id)?.scope),
  });
  // What was prepared ends with the access of whoever prepared it.
  owner.onRotate(() => pairing.cancelOf(({ kind }) => kind === "owner"));
  devices.onChange((device, what) => {
    if (what === "revoked") pairing.cancelOf((maker) => maker.kind === "device" && maker.id === device);
  });
  /** Made once a list: a name costs a hash, and anybody may ask. */
  const named = new WeakMap<readonly Device[], Map<string, string>>();
  function hashOf(name: string): string | undefined {
    const list = devices.list();
    const hashes = named.get(list) ?? new Map(list.map(({ hash }) => [deviceName(hash), hash]));
    named.set(list, hashes);
    const owners = hashToken(owner.token()).toString("hex");
    return deviceName(owners) === name ? owners : hashes.get(name);
  }
  return {
    owner,
    devices,
    pairing,
    proveTo(device, nonce, port) {
      const hash = hashOf(device);
      return hash === undefined ? undefined : pageProof(hash, nonce, port);
    },
    guesses: createGuessLimit(steady),
    identify(token) {
      // Both are compared always, so that the time does not tell whose it was.
      const isOwner = owner.is(token);
      const device = devices.find(token);
      if (isOwner) return { kind: "owner" };
      return device === undefined ? undefined : { kind: "device", id: device.id, scope: device.scope };
    },
  };
}
