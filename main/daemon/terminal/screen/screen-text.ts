/** The text of a screen: its rows without colours, each line that the terminal had wrapped as one. */
import type { Terminal } from "@xterm/headless";

/** The last `lines` lines, the empty ones at the end left out; without a number the rows that are on the screen. */
export function screenText(terminal: Terminal, lines?: number): string {
  const buffer = terminal.buffer.active;
  let first = lines === undefined ? buffer.baseY : buffer.length - 1;
  const out: string[] = [];
  if (lines === undefined) {
    // A line that begins above the screen is shown from its beginning.
    while (first > 0 && buffer.getLine(first)?.isWrapped === true) first -= 1;
    for (let y = first; y < buffer.length; y += 1) append(y);
    return written(out);
  }
  let end = buffer.length - 1;
  while (end > 0 && buffer.getLine(end)?.translateToString(true) === "") end -= 1;
  let count = 0;
  let start = end + 1;
  while (start > 0 && count < lines) {
    start -= 1;
    if (buffer.getLine(start)?.isWrapped !== true) count += 1;
  }
  for (let y = start; y <= end; y += 1) append(y);
  return written(out);

  function append(y: number): void {
    const line = buffer.getLine(y);
    if (line === undefined) return;
    const goesOn = buffer.getLine(y + 1)?.isWrapped === true;
    const text = line.translateToString(!goesOn);
    if (line.isWrapped && out.length > 0) out[out.length - 1] += text;
    else out.push(text);
  }
}

const written = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
