/** Owns who may use this gateway: the owner's token, the devices, the codes that let one in, and the limit on guesses. */
import { join } from "node:path";
import type { HomeFolder } from "../../home/home-folder.ts";
import type { Identity } from "./decide-request.ts";
import { type Devices, openDevices } from "./devices.ts";
import { createGuessLimit, type GuessLimit } from "./guess-limit.ts";
import { createOwner, type Owner } from "./owner.ts";
import { createPairing, type Pairing } from "./pairing.ts";

export interface Access {
  readonly owner: Owner;
  readonly devices: Devices;
  readonly pairing: Pairing;
  readonly guesses: GuessLimit;
  identify(token: string): Identity | undefined;
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
  return {
    owner,
    devices,
    pairing: createPairing(steady, now),
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
