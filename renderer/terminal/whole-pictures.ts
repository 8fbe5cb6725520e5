/**
 * Sees to it that a terminal draws nothing while its program is in the middle of a picture (synchronised output, mode 2026). xterm
 * holds its rows back by itself, but for one way: whatever scrolls draws the selection anew, and with it all rows, at once.
 */
import type { Terminal } from "@xterm/xterm";

/** For a terminal that has been opened. Where xterm is another than is known here, it is left as it is. */
export function drawWholePictures(terminal: Terminal): void {
  const service = inner(inner(terminal, "_core"), "_renderService");
  const draw = inner(service, "handleSelectionChanged");
  if (typeof service !== "object" || service === null || typeof draw !== "function") return;
  /** What was drawn last selected something. */
  let selected = false;
  let waiting: unknown[] | undefined;
  const select = (...selection: unknown[]): void => {
    const [start, end] = selection;
    waiting = undefined;
    // Without a selection, before and now, there is nothing to draw that the rows do not draw themselves.
    if (!selected && !(start && end)) return;
    if (terminal.modes.synchronizedOutputMode) {
      waiting = selection;
      return;
    }
    selected = Boolean(start && end);
    draw.call(service, ...selection);
  };
  Reflect.set(service, "handleSelectionChanged", select);
  terminal.onRender(() => {
    if (waiting !== undefined) select(...waiting);
  });
}

function inner(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}
