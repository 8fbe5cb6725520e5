/** The bars of the minimap: a session's calls over time at a glance, however many there are. */
import type { Call } from "../../shared/events/call.ts";
import { isOpen } from "../../shared/events/call.ts";
import { isError } from "../stores/filters.ts";

/** Bars drawn at most; each then stands for several calls, the worst of which it shows. */
export const MAX_BARS = 64;

export interface MinimapBar {
  height: number;
  tone: "done" | "running" | "bad";
  /** A bar is its place; the call that a click leads to changes. */
  place: string;
  id: string;
}

/** Keeps what cannot change any more, so that a long session costs no more than its newest calls. */
export class MinimapBars {
  readonly #settled = new Map<number, MinimapBar>();
  #per = 1;

  /** What there is no time for (`more`, asked before each part) is left out; asked again, it goes on from there. */
  of(
    order: readonly string[],
    calls: ReadonlyMap<string, Call>,
    more: () => boolean = () => true,
  ): { bars: MinimapBar[]; complete: boolean } {
    // Powers of two: the parts stay the same until there are twice as many calls.
    const per = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, order.length) / MAX_BARS)));
    if (per !== this.#per) this.#settled.clear();
    this.#per = per;
    const bars: MinimapBar[] = [];
    let complete = true;
    for (let start = 0; start < order.length; start += per) {
      const known = this.#settled.get(start);
      if (known !== undefined) {
        bars.push(known);
        continue;
      }
      if (!more()) {
        complete = false;
        continue;
      }
      const part = order.slice(start, start + per).flatMap((id) => calls.get(id) ?? []);
      const bar = barOf(part, `bar-${start}`);
      if (bar === undefined) continue;
      bars.push(bar);
      if (part.length === per && !part.some(isOpen)) this.#settled.set(start, bar);
    }
    return { bars, complete };
  }
}

function barOf(part: readonly Call[], place: string): MinimapBar | undefined {
  let bar: MinimapBar | undefined;
  for (const call of part) {
    const tone = isError(call) ? "bad" : call.state === "running" ? "running" : "done";
    const height = barHeight(call);
    if (bar === undefined) bar = { place, height, tone, id: call.id };
    else {
      bar.height = Math.max(bar.height, height);
      if (tone === "bad" || (tone === "running" && bar.tone === "done")) {
        bar.tone = tone;
        bar.id = call.id;
      }
    }
  }
  return bar;
}

/** 3 to 15 px by the logarithm of the duration: 10 ms and 10 minutes must both be seen. */
function barHeight(call: Call): number {
  const measured = call.durationMs ?? Date.parse(call.endedAt ?? call.updatedAt) - Date.parse(call.startedAt);
  const ms = Number.isNaN(measured) ? 0 : Math.max(0, measured);
  return Math.round(Math.min(15, 3 + (Math.log10(1 + ms) / 5) * 12));
}
