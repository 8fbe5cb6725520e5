/**
 * Where each row of a list stands whose newest row is at the top. Rows are kept oldest first, so that adding one
 * is one step however long the list is; a general virtualiser measures all of them anew for each row added.
 */

export interface RowWindow {
  /** Positions counted from the oldest row; `from` is the upper one on screen, so `from >= to`. -1 where there are none. */
  from: number;
  to: number;
}

export class RowLayout {
  /** Row `k` reaches from `#offsets[k]` up to `#offsets[k + 1]`, counted from where the first row that came stood: older ones are below 0. */
  #offsets: number[] = [0];

  get count(): number {
    return this.#offsets.length - 1;
  }

  get height(): number {
    return this.#top - (this.#offsets[0] ?? 0);
  }

  get #top(): number {
    return this.#offsets[this.count] ?? 0;
  }

  push(height: number): void {
    this.#offsets.push(this.#top + height);
  }

  pop(): void {
    if (this.count > 0) this.#offsets.pop();
  }

  /** Puts rows below all others, the newest of them first. */
  extend(heights: readonly number[]): void {
    let bottom = this.#offsets[0] ?? 0;
    const below = heights.map((height) => {
      bottom -= height;
      return bottom;
    });
    this.#offsets = below.reverse().concat(this.#offsets);
  }

  heightOf(row: number): number {
    return (this.#offsets[row + 1] ?? 0) - (this.#offsets[row] ?? 0);
  }

  /** Distance from the top of the list, in pixels. */
  topOf(row: number): number {
    return this.#top - (this.#offsets[row + 1] ?? 0);
  }

  /** Costs as many steps as there are newer rows: what changes is nearly always new. Gives false when nothing changed. */
  resize(row: number, height: number): boolean {
    const by = height - this.heightOf(row);
    if (by === 0 || row < 0 || row >= this.count) return false;
    for (let index = row + 1; index < this.#offsets.length; index += 1) {
      this.#offsets[index] = (this.#offsets[index] ?? 0) + by;
    }
    return true;
  }

  /** The rows that a viewport shows, with `overscan` more at each end. */
  visible(scrollTop: number, viewport: number, overscan: number): RowWindow {
    if (this.count === 0) return { from: -1, to: -1 };
    const upper = this.#rowAt(scrollTop);
    const lower = this.#rowAt(scrollTop + viewport);
    return { from: Math.min(this.count - 1, upper + overscan), to: Math.max(0, lower - overscan) };
  }

  /** The row at a distance from the top; the nearest one outside of the list. */
  #rowAt(top: number): number {
    const wanted = this.#top - top;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#offsets[middle] ?? 0) < wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
