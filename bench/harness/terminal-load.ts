/** The program whose output is measured: it says "go", waits for Enter, prints a file of plain coloured lines, and exits. */
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface TerminalLoad {
  /** An executable without arguments. */
  command: string;
  /** Bytes that come out of the terminal after Enter: the echo of Enter, then the file with CR added to every LF. */
  bytes: number;
}

/** Printed when the program waits for Enter. */
export const READY = "go";
const LINES_A_BLOCK = 10_000;

/** Lines of 80 to 100 characters, every fourth with a colour, as builds print them. */
export function writeTerminalLoad(folder: string, megabytes: number): TerminalLoad {
  const block = Array.from({ length: LINES_A_BLOCK }, (_, i) => line(i)).join("");
  const blocks = Math.max(1, Math.round((megabytes * 1e6) / (block.length + LINES_A_BLOCK)));
  const path = join(folder, "output.txt");
  const file = openSync(path, "w", 0o600);
  for (let i = 0; i < blocks; i += 1) writeSync(file, block);
  closeSync(file);
  const command = join(folder, "print-output");
  writeFileSync(command, `#!/bin/sh\nprintf ${READY}\nread _\nexec cat '${path}'\n`, { mode: 0o755 });
  return { command, bytes: 2 + blocks * (block.length + LINES_A_BLOCK) };
}

function line(i: number): string {
  const text = `[${i}] compiling module src/part-${i % 97}/file-${(i * 7919) % 10_007}.ts: checked, emitted, written`;
  const padded = text.padEnd(80 + (i % 20), ".");
  return i % 4 === 0 ? `\u001b[32m${padded}\u001b[0m\n` : `${padded}\n`;
}
