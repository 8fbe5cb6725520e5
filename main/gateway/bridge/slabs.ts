/** The memory that frames are laid out in: pieces that are written again once nobody holds or sends what is in them. */
import { MARK } from "../../wire/event-batch.ts";

/** Small enough that a client which stopped reading in the middle of one keeps little, and room for several frames. */
export const SLAB_BYTES = 256 * 1024;
/** Entries of one piece, with one place past the end of each frame. Smaller ones than any daemon sends make another piece necessary sooner. */
export const SLAB_PLACES = 3 * 1024;
/** Pieces kept for what comes next when a burst is over. */
const MAX_SPARE = 8;

export interface Slab {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly places: Uint32Array<ArrayBuffer>;
  /** As many marks (wire/event-batch.ts) as places. */
  readonly marks: Float64Array<ArrayBuffer>;
  /** Frames in it that are held or on their way somewhere, and one while it is written to. */
  uses: number;
  /** Gives up one use; it must not be looked at afterwards. */
  release(): void;
}

export interface Slabs {
  /** An unused one, with one use. */
  take(): Slab;
  /** What a burst took beyond what is usual goes back at once: V8 would keep it until its next full collection. */
  trim(): void;
}

export function createSlabs(): Slabs {
  /** As many as the ring, the sockets and the journal's queue let go of: these are bounded. */
  const spare: Slab[] = [];

  function newSlab(): Slab {
    const slab: Slab = {
      bytes: Buffer.allocUnsafeSlow(SLAB_BYTES),
      // Not filled with zeros: what is never written takes no memory.
      places: new Uint32Array(Buffer.allocUnsafeSlow(4 * SLAB_PLACES).buffer),
      marks: new Float64Array(Buffer.allocUnsafeSlow(8 * MARK * SLAB_PLACES).buffer),
      uses: 0,
      release() {
        slab.uses -= 1;
        if (slab.uses === 0) spare.push(slab);
      },
    };
    return slab;
  }

  return {
    take() {
      const slab = spare.pop() ?? newSlab();
      slab.uses = 1;
      return slab;
    },
    trim() {
      for (const { bytes, places, marks } of spare.splice(MAX_SPARE)) {
        bytes.buffer.transfer(0);
        places.buffer.transfer(0);
        marks.buffer.transfer(0);
      }
    },
  };
}
