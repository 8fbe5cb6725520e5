/** Which gaps of a log a list has drawn: from some point on both ways, each once, in the order of their entries. */
import type { Gap } from "../../shared/events/fold.ts";
import { gapItem, type Item } from "./list-item.ts";

/** Asked for each call of a session, nearly always in vain. */
const NONE: readonly Item[] = [];

export class GapCursor {
  readonly #gaps: () => readonly Gap[];
  /** Drawn are those from `#oldest` up to `#newest`. */
  #oldest: number;
  #newest: number;

  /** `from`: the entry at which the list begins; undefined for the end of the log. */
  constructor(gaps: () => readonly Gap[], from: number | undefined) {
    this.#gaps = gaps;
    const after = from === undefined ? -1 : gaps().findIndex(({ seq }) => seq >= from);
    this.#newest = after === -1 ? gaps().length : after;
    this.#oldest = this.#newest;
  }

  /** Those that were not drawn yet and came before an entry, the oldest first. */
  newer(before: number): readonly Item[] {
    const gaps = this.#gaps();
    const first = this.#newest;
    while ((gaps[this.#newest]?.seq ?? Number.POSITIVE_INFINITY) < before) this.#newest += 1;
    return first === this.#newest ? NONE : gaps.slice(first, this.#newest).map((gap, at) => gapItem(gap, first + at));
  }

  /** Those that were not drawn yet and came at an entry or after it, the newest first. */
  older(after: number): readonly Item[] {
    const gaps = this.#gaps();
    const last = this.#oldest;
    while ((gaps[this.#oldest - 1]?.seq ?? Number.NEGATIVE_INFINITY) >= after) this.#oldest -= 1;
    if (last === this.#oldest) return NONE;
    const first = this.#oldest;
    return gaps
      .slice(first, last)
      .map((gap, at) => gapItem(gap, first + at))
      .reverse();
  }
}
