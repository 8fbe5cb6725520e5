/** When the page tells how much terminal output it has drawn: rarely enough to be cheap, often enough never to stall. */
import { TERMINAL_LOW_WATER_BYTES } from "../../shared/protocol/wire.ts";

export interface Acknowledger {
  /** Bytes handed to the terminal. */
  received(bytes: number): void;
  /** Bytes that the terminal has drawn. */
  drawn(bytes: number): void;
  /** Forgets everything: a new connection counts from nothing. */
  reset(): void;
}

/** Sends once the low-water mark is drawn, or as soon as nothing is left to draw. */
export function createAcknowledger(send: (bytes: number) => void): Acknowledger {
  let waiting = 0;
  let owed = 0;
  return {
    received(bytes) {
      waiting += bytes;
    },
    drawn(bytes) {
      waiting -= bytes;
      owed += bytes;
      if (owed === 0 || (owed < TERMINAL_LOW_WATER_BYTES && waiting > 0)) return;
      send(owed);
      owed = 0;
    },
    reset() {
      waiting = 0;
      owed = 0;
    },
  };
}
