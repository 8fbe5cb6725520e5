/** How the demo agent looks in a terminal: colours, wrapping to the width, and one live status line below everything. */
import { Writable } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";

export interface Screen {
  /** Prints lines above the status line. */
  print(text: string): void;
  /** Shows or replaces the status line; undefined removes it. */
  status(text: string | undefined): void;
}

type Output = Pick<NodeJS.WriteStream, "write" | "isTTY"> & { columns?: number };

export function createScreen(output: Output): Screen {
  let line: string | undefined;
  const erase = () => {
    if (line !== undefined) output.write("\r\u001b[K");
  };
  return {
    print(text) {
      erase();
      output.write(`${text}\n`);
      if (line !== undefined) output.write(line);
    },
    status(text) {
      if (output.isTTY !== true) return;
      erase();
      line = text === undefined ? undefined : cut(text, width(output) - 1);
      if (line !== undefined) output.write(line);
    },
  };
}

/** What readline writes is shown only while it may: keys that are typed during work would land in the status line. */
export function gate(output: NodeJS.WriteStream, open: () => boolean): Writable & { columns?: number } {
  const gated = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      if (open()) output.write(chunk);
      done();
    },
  });
  return Object.defineProperty(gated, "columns", { get: () => output.columns });
}

export const showCursor = (shown: boolean): string => (shown ? "\u001b[?25h" : "\u001b[?25l");

export const width = (output: { columns?: number }): number => Math.max(20, Math.min(output.columns || 80, 100));

/** Wraps words to `columns`; lines after the first get `indent`. Text without colours only. */
export function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const limit = columns - (lines.length === 0 ? 0 : indent.length);
    if (line !== "" && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${indent}`);
}

function cut(text: string, columns: number): string {
  return stripVTControlCharacters(text).length <= columns ? text : stripVTControlCharacters(text).slice(0, columns - 1);
}

export const accent = (text: string) => styleText("blueBright", text);
export const strong = (text: string) => styleText("bold", text);
export const quiet = (text: string) => styleText("gray", text);
export const good = (text: string) => styleText("green", text);
export const bad = (text: string) => styleText("red", text);
export const warn = (text: string) => styleText("yellow", text);

/** What the agent says. */
export const says = (text: string, columns: number) => `\n${strong("●")} ${wrap(text, columns - 2, "  ")}`;

/** A tool call as agents print it. */
export const toolLine = (tool: string, args: string) => `\n${accent("◆")} ${strong(tool)}${quiet(`(${args})`)}`;

/** The lines of a result below a call. */
export function resultLines(text: string, columns: number, colour: (text: string) => string = quiet): string {
  const [first = "", ...rest] = text
    .split("\n")
    .map((line) => (line.length > columns - 5 ? `${line.slice(0, columns - 6)}…` : line));
  return [`  ${quiet("└")} ${colour(first)}`, ...rest.map((line) => `    ${quiet(line)}`)].join("\n");
}
