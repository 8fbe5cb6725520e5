/** What a person types into a terminal whose program is being started: it is kept in order, and delivered once it is there. */
import { MAX_CLIENT_MESSAGE_BYTES } from "../../shared/protocol/wire.ts";

export interface HeldInputParts {
  /** The program runs, and is connected. */
  there: () => boolean;
  /** False when there is no connection. */
  send: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

export interface HeldInput {
  /** Sends, or keeps what will be sent. False when it did neither. */
  pass(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** A program is being started here. True from the beginning. */
  expect(): void;
  /** The program is there: it gets what is kept, and what follows at once. */
  deliver(): void;
  /** No program comes. True when something was kept, which is lost. */
  forget(): boolean;
}

/** What one paste into an open terminal may have as well. */
const MAX_HELD_BYTES = MAX_CLIENT_MESSAGE_BYTES;

export function createHeldInput({ there, send }: HeldInputParts): HeldInput {
  let expected = true;
  let held: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const take = (): Uint8Array<ArrayBuffer>[] => {
    const taken = held;
    held = [];
    size = 0;
    expected = false;
    return taken;
  };
  return {
    pass(bytes) {
      if (!expected || there()) return send(bytes);
      if (size + bytes.length > MAX_HELD_BYTES) return false;
      held.push(bytes);
      size += bytes.length;
      return true;
    },
    expect() {
      expected = true;
    },
    deliver() {
      for (const bytes of take()) send(bytes);
    },
    forget: () => take().length > 0,
  };
}
