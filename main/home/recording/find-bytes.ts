/** Finding known byte sequences in a stream of bytes, all of them in one pass whose time does not grow with their number. */

/** Every sequence has at least this many bytes. */
export const SHORTEST = 8;

export interface ByteFinder {
  readonly count: number;
  readonly longest: number;
  /** Whether the eight bytes of this rolling hash begin a sequence; a wrong yes is one in millions. */
  mayBegin(hash: number): boolean;
  /** Calls with each place, overlapping ones included. */
  find(bytes: Uint8Array, length: number, found: (from: number, to: number) => void): void;
  /** How many bytes at the end are the beginning of one. */
  begins(bytes: Buffer, length: number): number;
}

/** The hash of the last eight bytes, from that of the eight before: what is older is shifted out. */
export const roll = (hash: number, byte: number): number => (hash << 4) ^ byte;

const FILTER = 1 << 16;
const short = (hash: number): number => (hash ^ (hash >>> 15)) & (FILTER - 1);

export function createByteFinder(sequences: readonly Buffer[]): ByteFinder {
  const filter = new Uint8Array(FILTER);
  const byHash = new Map<number, Buffer[]>();
  let longest = 0;
  for (const sequence of sequences) {
    let hash = 0;
    for (let at = 0; at < SHORTEST; at += 1) hash = roll(hash, sequence[at] as number);
    filter[short(hash)] = 1;
    byHash.set(hash, [...(byHash.get(hash) ?? []), sequence]);
    longest = Math.max(longest, sequence.length);
  }
  const mayBegin = (hash: number) => filter[short(hash)] === 1 && byHash.has(hash);
  return {
    count: sequences.length,
    longest,
    mayBegin,
    find(bytes, length, found) {
      let hash = 0;
      for (let at = 0; at < length; at += 1) {
        hash = roll(hash, bytes[at] as number);
        if (!mayBegin(hash)) continue;
        const from = at + 1 - SHORTEST;
        for (const sequence of byHash.get(hash) ?? []) {
          if (from >= 0 && from + sequence.length <= length && sequence.every((byte, n) => byte === bytes[from + n]))
            found(from, from + sequence.length);
        }
      }
    },
    begins(bytes, length) {
      for (let from = Math.max(0, length - longest + 1); from < length; from += 1) {
        const part = length - from;
        for (const sequence of sequences) {
          if (sequence.length <= part || sequence[0] !== bytes[from]) continue;
          if (bytes.compare(sequence, 0, part, from, length) === 0) return part;
        }
      }
      return 0;
    },
  };
}
