/** Which size a terminal is drawn at: the one that fits here, or that of another viewer who typed last. */

export interface Size {
  cols: number;
  rows: number;
}

export interface SizeParts {
  /** False for a device that may only watch: the program's size is not its to choose. */
  mayAsk: () => boolean;
  /** What fits; undefined while nothing is laid out. */
  propose: () => Size | undefined;
  /** Draws at this size. */
  apply: (size: Size) => void;
  /** Says what would fit here. The daemon takes it over when this viewer is alone or typed last. */
  tell: (size: Size) => void;
}

export interface TerminalSize {
  /** The room may have changed. */
  layout(): void;
  /** What the next connection is opened with: what fits here, also while another viewer's size is drawn, which would pass for ours. */
  asks(drawn: Size): Size;
  /** A new connection has been opened, with this size in its address. */
  connected(size: Size): void;
  /** The daemon says at which size the program runs. */
  theirs(size: Size): void;
  /** A person typed here: from now on this size counts. */
  typed(): void;
  /** The size that is drawn was chosen elsewhere. */
  isForeign(): boolean;
}

const key = ({ cols, rows }: Size): string => `${cols}×${rows}`;

export function createTerminalSize(parts: SizeParts): TerminalSize {
  /** Sizes told on this connection: one of them in an answer is ours, only late. */
  let told = new Set<string>();
  let last: string | undefined;
  let foreign = false;

  function layout(): void {
    if (!parts.mayAsk()) return;
    const wanted = parts.propose();
    if (wanted === undefined) return;
    if (key(wanted) !== last) {
      last = key(wanted);
      told.add(last);
      parts.tell(wanted);
    }
    if (!foreign) parts.apply(wanted);
  }

  return {
    layout,
    asks: (drawn) => parts.propose() ?? drawn,
    connected(size) {
      last = key(size);
      told = new Set([last]);
    },
    theirs(size) {
      const wanted = parts.propose();
      foreign = wanted !== undefined && key(wanted) !== key(size) && !told.has(key(size));
      parts.apply(size);
    },
    typed() {
      if (!foreign) return;
      foreign = false;
      layout();
      // Once more with the usual letters, which are exact.
      layout();
    },
    isForeign: () => foreign || !parts.mayAsk(),
  };
}
