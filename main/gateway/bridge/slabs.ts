/** Owns the memory that frames are laid out in: pieces that are written again once nobody holds or sends what is in them. */

/** Small enough that a client which stopped reading in the middle of one keeps little, and room for several frames. */
export const SLAB_BYTES = 256 * 1024;
/** Entries of one piece, with one place past the end of each frame; more than ever fit are not needed. */
export const SLAB_PLACES = 6 * 1024;
/** Pieces kept for what comes next; what a burst took beyond the ring goes back. */
const MAX_SPARE = 8;

export interface Slab {
  readonly bytes: Buffer;
  readonly places: Uint32Array;
  /** Frames in it that are held or on their way into a socket, and one while it is written to. */
  uses: number;
}

export interface Slabs {
  /** An unused one, with one use. */
  take(): Slab;
  /** Gives up one use; it must not be looked at afterwards. */
  release(slab: Slab): void;
}

export function createSlabs(): Slabs {
  const spare: Slab[] = [];
  return {
    take() {
      const slab = spare.pop() ?? {
        bytes: Buffer.allocUnsafeSlow(SLAB_BYTES),
        places: new Uint32Array(SLAB_PLACES),
        uses: 0,
      };
      slab.uses = 1;
      return slab;
    },
    release(slab) {
      slab.uses -= 1;
      if (slab.uses === 0 && spare.length < MAX_SPARE) spare.push(slab);
    },
  };
}
