/** The owner's token while the gateway runs: the comparison, and its replacement by a new one. */

import { randomBytes } from "node:crypto";
import { failed, ok, type Result } from "../../../shared/protocol/fault.ts";
import { reasonOf } from "../../../shared/text/reason-of.ts";
import type { HomeFolder } from "../../home/home-folder.ts";
import { writePrivateFile } from "../../home/private-file.ts";
import { ownerToken, sameSecret } from "../../home/secrets.ts";

export interface Owner {
  token(): string;
  is(token: string): boolean;
  /**
   * Makes a new token, 256 bits in hex, writes it, and tells the listeners: the old one opens nothing any more.
   * Fault: `token-unwritable`: the old one is then still good.
   */
  rotate(): Result<{ token: string }>;
  onRotate(listener: () => void): void;
}

/** Throws when the token's file is unusable. */
export function createOwner(home: HomeFolder): Owner {
  let token = ownerToken(home);
  const listeners = new Set<() => void>();
  return {
    token: () => token,
    is: (text) => sameSecret(text, token),
    rotate() {
      const next = randomBytes(32).toString("hex");
      try {
        writePrivateFile(home.ownerToken, `${next}\n`);
      } catch (error) {
        const reason = reasonOf(error);
        return failed("token-unwritable", `The token could not be written: ${reason}.`, "The old one is still good.");
      }
      token = next;
      for (const listener of listeners) listener();
      return ok({ token });
    },
    onRotate: (listener) => void listeners.add(listener),
  };
}
