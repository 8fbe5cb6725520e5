/** The end of what a server wrote to standard error: bounded, whole lines, made safe to show. */
import { stripVTControlCharacters } from "node:util";
import { visible } from "../../../../shared/text/visible.ts";

/** Enough for a stack trace. */
const KEEP_CHARS = 16 * 1024;

export interface StderrTail {
  append(chunk: Uint8Array): void;
  /** Everything that is kept, control characters made visible. */
  text(): string;
  /** The last lines that say something, joined into one sentence's end; empty when nothing was written. */
  summary(maxChars?: number): string;
}

export function createStderrTail(): StderrTail {
  const decoder = new TextDecoder();
  let tail = "";
  const lines = () =>
    stripVTControlCharacters(tail)
      .split(/\r?\n/)
      .map((line) => visible(line).trimEnd());
  return {
    append(chunk) {
      tail = (tail + decoder.decode(chunk, { stream: true })).slice(-KEEP_CHARS);
    },
    text: () => lines().join("\n").trim(),
    summary(maxChars = 300) {
      const said = lines().filter((line) => line.trim() !== "");
      let text = "";
      for (const line of said.reverse()) {
        const next = text === "" ? line.trim() : `${line.trim()} ⏎ ${text}`;
        if (next.length > maxChars) return text === "" ? `${next.slice(0, maxChars - 1)}…` : text;
        text = next;
      }
      return text;
    },
  };
}
